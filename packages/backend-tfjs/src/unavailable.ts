/** Why a flavour can't be had. */
import { BackendError } from '@heddle/func/backend'

export class Unavailable extends BackendError {
  override readonly _tag = 'Unavailable'
  constructor(
    flavour: string,
    reason: string,
    /** It was simply never installed, or is not of this platform. */
    readonly absent: boolean,
    options?: ErrorOptions,
  ) {
    super(flavour, reason, options)
  }
}
