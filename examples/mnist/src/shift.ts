/** More digits of those that are there: what is moved by a pixel or two is the same digit. */
import { lax, np, random, type Tensor, vmap } from '@heddle/func'

/** Each image `[n, height, width, 1]` moved by up to `most` pixels along each axis, another way each; zeros come in. */
export const shifted = (key: Tensor, images: Tensor, most: number): Tensor => {
  const [n, ...size] = images.shape as [number, number, number, number]
  const padded = np.pad(images, [
    [0, 0],
    [most, most],
    [most, most],
    [0, 0],
  ])
  const starts = random.randint(key, [n, 2], 0, 2 * most + 1)
  return vmap((image: Tensor, start: Tensor) => lax.dynamicSlice(image, [start.at(0), start.at(1), 0], size))(padded, starts)
}
