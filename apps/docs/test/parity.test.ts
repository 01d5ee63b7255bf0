/** Every public name of flax.linen, JAX and optax is answered: by a name here, or by a reason. */
import { describe, expect, it } from 'vitest'
import { problems, tables } from '../reference/parity.mjs'

const answerOf = (module: string, name: string) => tables.find((t) => t.module === module)?.rows.find((r) => r.name === name)?.answer

describe('parity', () => {
  it('answers every name, once, and by what is there', () => expect(problems()).toEqual([]))
  it('finds namesakes, other names, dtypes and members', () => {
    expect(answerOf('jax.lax', 'fori_loop')).toMatchObject({ name: 'foriLoop', address: '/reference/api/func-lax/#foriloop' })
    expect(answerOf('flax.linen', 'LSTMCell')).toMatchObject({ name: 'LSTMCell', address: '/reference/api/linen-recurrent/#lstmcell' })
    expect(answerOf('jax', 'Array')?.name).toBe('func.Tensor')
    expect(answerOf('jax.numpy', 'float32')?.name).toBe("'float32'")
    expect(answerOf('jax', 'device_get')?.name).toBe('Tensor.data')
  })
  it('does not call a name of ours what is not there', () => {
    const answered = tables.flatMap((t) => t.rows).filter((r) => r.answer)
    expect(answered.length).toBeGreaterThan(800)
    for (const { answer } of answered) expect(answer?.address).toMatch(/^\/reference\/api\/[\w-]+\/(#[\w-]+)?$/)
  })
})
