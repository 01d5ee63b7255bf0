/** All cases. */
import type { Case } from './case'
import { cases as core } from './core'
import { cases as design } from './design'
import { cases as layers } from './layers'
import { cases as mixedPrecision } from './mixed-precision'
import { cases as layersByOptions } from './layers-by-options'
import { cases as nested } from './nested'
import { cases as optim } from './optim'
import { cases as optimFunctions } from './optim-functions'
import { cases as optimLosses } from './optim-losses'
import { cases as optimSearches } from './optim-searches'
import { cases as optimTransformations } from './optim-transformations'
import { cases as optimSolvers } from './optim-solvers'
import { cases as random } from './random'
import { cases as transformGradients } from './transform-gradients'
import { cases as transforms } from './transforms'

/** Folders of goldens that have a case each. The others are of single operations: tests of the packages go through them. */
export const folders = ['random/', 'core/', 'linen/', 'optim/'] as const

export const cases: readonly Case[] = [
  ...random,
  ...core,
  ...nested,
  ...design,
  ...layers,
  ...layersByOptions,
  ...mixedPrecision,
  ...transforms,
  ...transformGradients,
  ...optim,
  ...optimFunctions,
  ...optimLosses,
  ...optimSearches,
  ...optimTransformations,
  ...optimSolvers,
]
