// How a changeset reads in a changelog: its text, with a link to the commit that brought it; and which siblings a release takes with it, in
// one line, where changesets' own generator has a line for each commit.
const commits = 'https://github.com/heddle-js/heddle/commit'

module.exports = {
  getReleaseLine: async ({ summary, commit }) => {
    const short = commit?.slice(0, 7)
    const link = short ? ` ([${short}](${commits}/${short}))` : ''
    return `- ${summary.trimEnd().replaceAll(/\n(?=.)/g, '\n  ')}${link}`
  },
  getDependencyReleaseLine: async (_changesets, updated) =>
    updated.length === 0 ? '' : `- With ${updated.map(({ name, newVersion }) => `${name} ${newVersion}`).join(', ')}`,
}
