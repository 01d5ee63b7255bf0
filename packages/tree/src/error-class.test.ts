/** errorClass: a tag, data, a sentence made of them, kinds of kinds. */
import { expect, test } from 'vitest'
import { errorClass } from './error-class'
import { HeddleError } from './heddle-error'

class AxisError extends errorClass(
  'AxisError' as string,
  (axis: number, options?: ErrorOptions) => ({ axis, ...options }),
  ({ axis }) => `there is no axis ${axis}`,
) {}
class BatchAxisError extends errorClass(
  'BatchAxisError',
  (axis: number, of: string) => ({ axis, of }),
  ({ axis, of }) => `${of} has no axis ${axis} to batch`,
  AxisError,
) {}

test('an error has its tag, its data and a sentence made of them', () => {
  const e = new AxisError(3)
  expect(e).toBeInstanceOf(Error)
  expect(e).toBeInstanceOf(HeddleError)
  expect([e._tag, e.name, e.message, String(e)]).toEqual(['AxisError', 'AxisError', 'there is no axis 3', 'AxisError: there is no axis 3'])
  expect(e.detail).toEqual({ axis: 3 })
  expect(e.docs).toMatch(/^https:.*docs\/errors\.md#axiserror$/)
  const axis: number = e.detail.axis
  expect(axis).toBe(3)
})
test('a kind of another class is one of that class, with data and sentence of its own', () => {
  const e = new BatchAxisError(1, 'x')
  expect(e).toBeInstanceOf(AxisError)
  expect(new AxisError(1)).not.toBeInstanceOf(BatchAxisError)
  expect([e._tag, e.message, e.detail]).toEqual(['BatchAxisError', 'x has no axis 1 to batch', { axis: 1, of: 'x' }])
  const tag: 'BatchAxisError' = e._tag
  expect(e.name).toBe(tag)
})
test('a cause is the cause of the error', () => {
  const cause = new Error('why')
  expect(new AxisError(1, { cause }).cause).toBe(cause)
  expect(new AxisError(1)).not.toHaveProperty('cause')
})
test('data that hold what an error holds are not taken for another error', () => {
  class Odd extends errorClass(
    'Odd',
    (detail: object) => detail,
    () => 'odd',
  ) {}
  expect(new Odd({ message: 'no', detail: {} })).toMatchObject({ message: 'odd', detail: { message: 'no', detail: {} } })
})
