/**
 * What a program does besides its results. An equation has an effect if its primitive is there for one, or if a program that it holds has one:
 * it stays although nobody reads it, is no other's equal, and keeps its place among those with effects.
 */
import { bodiesOf } from './bodies'
import type { Eqn, Jaxpr } from './jaxpr'
import { memo } from './memo'

type Applied = Pick<Eqn, 'primitive' | 'params'>

/** Whether it is to be done although nobody reads a result of it. */
export const isEffect = (e: Applied): boolean =>
  e.primitive.kind === 'host' ? e.primitive.effect !== null : bodiesOf(e).some(({ jaxpr }) => hasEffects(jaxpr))
export const hasEffects = (jaxpr: Jaxpr): boolean => memo(jaxpr, 'effects', () => jaxpr.eqns.some(isEffect))

/** Whether the host has a part in it, so that it can't be handed to a compiler whole. */
export const needsHost = (e: Applied): boolean => e.primitive.kind === 'host' || bodiesOf(e).some(({ jaxpr }) => hasHost(jaxpr))
export const hasHost = (jaxpr: Jaxpr): boolean => memo(jaxpr, 'host', () => jaxpr.eqns.some(needsHost))

/** The parameters with other bodies in the places of these; `path` of a body says where it stands. */
const withBodies = (e: Eqn, change: (jaxpr: Jaxpr) => Jaxpr): Eqn => {
  const params: Record<string, unknown> = { ...(e.params as Readonly<Record<string, unknown>>) }
  for (const { path, jaxpr } of bodiesOf(e)) {
    const [key, at] = path.replace(']', '').split('[') as [string, string?]
    params[key] =
      at === undefined ? change(jaxpr) : (params[key] as readonly unknown[]).map((x, i) => (i === Number(at) ? change(jaxpr) : x))
  }
  return { ...e, params }
}
/** The program without its effects: for work that is done a second time. */
export const withoutEffects = (jaxpr: Jaxpr): Jaxpr =>
  hasEffects(jaxpr)
    ? memo(jaxpr, 'without effects', () => ({
        ...jaxpr,
        eqns: jaxpr.eqns.flatMap((e) => (!isEffect(e) ? [e] : e.primitive.kind === 'host' ? [] : [withBodies(e, withoutEffects)])),
      }))
    : jaxpr
