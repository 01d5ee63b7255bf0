/** All laws, by the sentence that they claim. */
import type { Law } from '../trial'
import * as derivative from './derivative'
import * as program from './program'
import * as second from './second'
import * as value from './value'

export const laws: Readonly<Record<string, Law>> = {
  'the value is the reference’s': value.valueIsTheReference,
  'another way is the same': value.anotherWayIsTheSame,
  'jit changes nothing': value.jitChangesNothing,
  'vmap is a loop': value.vmapIsALoop,
  'vmap of vmap is a loop': value.vmapTwiceIsALoop,
  'jit may stand inside vmap': value.jitInsideVmap,
  'one program serves all batch sizes': value.oneProgramForAllSizes,
  'checkpoint changes nothing': value.checkpointChangesNothing,
  'jvp is the limit of differences': derivative.jvpIsTheLimitOfDifferences,
  'vjp is the adjoint of jvp': derivative.vjpIsTheAdjointOfJvp,
  'linear functions transpose': derivative.linearFunctionsTranspose,
  'linearize is jvp': derivative.linearizeIsJvp,
  'jit and checkpoint may stand in derivatives': derivative.jitAndCheckpointInsideDerivatives,
  'vmap of derivatives is a loop': derivative.vmapOfDerivativesIsALoop,
  'second derivatives agree': second.secondDerivativesAgree,
  'programs are well typed': program.programsAreWellTyped,
  'programs leave nothing behind': program.programsLeaveNothing,
  'donation changes nothing': program.donationChangesNothing,
  'results are their own': program.resultsAreTheirOwn,
}
