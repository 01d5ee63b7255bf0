/** A call of a compiled function: its key is looked up; a new key is traced first. */
import { arrow, box, drawing, label } from './parts'

export default drawing(
  'A call makes a key of types and static values. A known key runs its program at once; a new one is traced, and kept in the cache',
  { width: 660, height: 190 },
  box('f(x, true)', 'code', { x: 10, y: 30, width: 100, height: 40 }),
  arrow({ x: 112, y: 50 }, { x: 148, y: 50 }),
  box('key: f32[3]; true', 'data', { x: 150, y: 30, width: 150, height: 40 }),
  label('types, static values, what is ambient', { x: 225, y: 14 }, { small: true }),
  arrow({ x: 302, y: 50 }, { x: 438, y: 50 }, 'known'),
  box('program', 'state', { x: 440, y: 30, width: 100, height: 40 }),
  arrow({ x: 542, y: 50 }, { x: 578, y: 50 }),
  box('y', 'data', { x: 580, y: 30, width: 66, height: 40 }),
  arrow({ x: 225, y: 72 }, { x: 225, y: 118 }),
  label('new', { x: 246, y: 94 }, { small: true }),
  box('run f once, without values', 'code', { x: 130, y: 120, width: 190, height: 40 }),
  arrow({ x: 322, y: 140 }, { x: 396, y: 140 }, 'record'),
  box('jaxpr', 'params', { x: 398, y: 120, width: 86, height: 40 }),
  arrow({ x: 486, y: 118 }, { x: 490, y: 72 }),
  label('compile, keep', { x: 545, y: 96 }, { small: true }),
)
