/** Dates are written as people and as ISO 8601 do, and what is held out is in nothing that is learned from. */
import { describe, expect, it } from 'vitest'
import { ANSWER, answerIds, answerText, draw, pairOf, QUESTION, questionIds } from './dates'

describe('dates', () => {
  it('are written in seven forms', () => {
    const day = (Date.UTC(1998, 4, 3) - Date.UTC(1900, 0, 1)) / 86_400_000
    const asked = Array.from({ length: 7 }, (_, form) => pairOf(day, form)).map((p) => p.question)
    expect(asked).toEqual([
      'the 3rd of May, 1998',
      'the 3rd of May 1998',
      'May 3, 1998',
      '3 May 1998',
      'May 3rd 1998',
      '3.5.1998',
      '5/3/1998',
    ])
    expect(pairOf(day, 2).answer).toBe('1998-05-03')
    const ordinals = Array.from({ length: 31 }, (_, i) => pairOf(i, 4).question.split(' ')[1])
    expect(ordinals.filter((x) => !x!.endsWith('th'))).toEqual(['1st', '2nd', '3rd', '21st', '22nd', '23rd', '31st'])
  })
  it('become ids, of one length, and text again', () => {
    const { train, test } = draw(400, 100, 3)
    for (const { question, answer } of [...train, ...test]) {
      expect(questionIds(question).length).toBe(QUESTION)
      expect(questionIds(question).slice(0, question.length)).not.toContain(0)
      expect(answerIds(answer).length).toBe(ANSWER)
      expect(answerText(answerIds(answer))).toBe(answer)
    }
    expect(questionIds('the 23rd of September, 1998').length).toBe(QUESTION)
    expect(() => questionIds('May € 1998')).toThrow('has the character "€"')
    expect(() => questionIds('1'.repeat(QUESTION + 1))).toThrow('longer')
  })
  it('that are held out are of other days', () => {
    const { train, test } = draw(2000, 200, 0)
    const learned = new Set(train.map((p) => p.answer))
    expect(test.filter((p) => learned.has(p.answer))).toEqual([])
    expect([train.length, test.length]).toEqual([2000, 200])
    expect(draw(5, 5, 0)).toEqual(draw(5, 5, 0))
    expect(draw(5, 5, 1)).not.toEqual(draw(5, 5, 0))
  })
})
