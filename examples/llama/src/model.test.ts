import { comparesWithTransformers } from '@heddle/example-gpt2/against'
import { fileURLToPath } from 'node:url'
import { describe } from 'vitest'
import { openLlama } from './open'

// as Llama 2 in three files, and as Llama 3.2: long positions, tied words, biases
describe.each(['tiny', 'tiny-3'])('%s', (name) =>
  comparesWithTransformers(fileURLToPath(new URL(`../test/${name}`, import.meta.url)), openLlama),
)
