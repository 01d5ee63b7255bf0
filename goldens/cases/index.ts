/** All cases. */
import type { Case } from '../case'
import { cases as core } from './core'
import { cases as layers } from './layers'
import { cases as moreLayers } from './more-layers'
import { cases as optim } from './optim'
import { cases as random } from './random'
import { cases as transformGradients } from './transform-gradients'
import { cases as transforms } from './transforms'

export const cases: readonly Case[] = [...random, ...core, ...layers, ...moreLayers, ...transforms, ...transformGradients, ...optim]
