/** Which digits are read wrongly. */
import { np, type Tensor } from '@heddle/func'
import { type Digits, SIDE } from './digits'

export interface Mistake {
  readonly ink: Uint8Array
  /** What it is. */
  readonly label: number
  /** What it was taken for. */
  readonly taken: number
}
/** Of all digits those that `read` takes for others. */
export const wronglyRead = async ({ image, label }: Digits, read: (image: Tensor) => Tensor): Promise<readonly Mistake[]> => {
  const taken = await read(np.array(image.data).reshape(image.shape)).data()
  return [...label].flatMap((is, i) =>
    taken[i] === is ? [] : [{ ink: image.data.subarray(i * SIDE * SIDE, (i + 1) * SIDE * SIDE), label: is, taken: Number(taken[i]) }],
  )
}
