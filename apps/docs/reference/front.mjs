// What stands before a made page: it is in no file that a reader could edit.

/** `levels`: the headings that the page's table of contents has, where not the site's. */
export const front = (title, description, order, levels) =>
  [
    '---',
    `title: ${JSON.stringify(title)}`,
    `description: ${JSON.stringify(description)}`,
    'editUrl: false',
    `sidebar: { order: ${order} }`,
    ...(levels ? [`tableOfContents: { minHeadingLevel: ${levels[0]}, maxHeadingLevel: ${levels[1]} }`] : []),
    '---',
    '',
  ].join('\n')
