/**
 * 1,797 handwritten digits of 8 by 8 pixels, for programs of the site. Source: E. Alpaydin and C. Kaynak, "Optical Recognition of Handwritten
 * Digits", UCI Machine Learning Repository (CC BY 4.0), as in scikit-learn.
 */
import { np, type Tensor } from '@heddle/func'
import data from './data.json' with { type: 'json' }

/** Images `f32[1797, 8, 8]` with values from 0 to 1, and labels `i32[1797]`. */
export const digits = (): { readonly images: Tensor; readonly labels: Tensor } => {
  // two pixels of four bits a byte
  const bytes = Uint8Array.from(atob(data.images), (c) => c.charCodeAt(0))
  const pixels = Float32Array.from({ length: 2 * bytes.length }, (_, i) => (i % 2 === 0 ? bytes[i >> 1]! >> 4 : bytes[i >> 1]! & 15) / 15)
  const labels = Int32Array.from(data.labels, Number)
  return { images: np.array(pixels).reshape(labels.length, 8, 8), labels: np.array(labels) }
}
