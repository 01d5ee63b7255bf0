import { fileURLToPath } from 'node:url'
import { comparesWithTransformers } from '../test/against'
import { openGPT2 } from './open'

comparesWithTransformers(fileURLToPath(new URL('../test/tiny', import.meta.url)), openGPT2)
