// The packages' sources as a program of TypeScript, by the doors of their exports maps.
import ts from 'typescript'
import { published, root } from './packages.mjs'

/** What each exports map lets in, from source: { name of the package's folder, module as one imports it, file }. */
export const doors = published().flatMap(({ name, manifest, folder }) =>
  Object.entries(manifest.exports).flatMap(([subpath, target]) =>
    target?.['@heddle/source']
      ? [{ name, module: manifest.name + subpath.slice(1), file: `${folder}/${target['@heddle/source'].slice(2)}` }]
      : [],
  ),
)
const config = ts.getParsedCommandLineOfConfigFile(`${root}tsconfig.json`, {}, { ...ts.sys, onUnRecoverableConfigFileDiagnostic() {} })
const program = ts.createProgram(
  doors.map(({ file }) => file),
  config.options,
)
export const checker = program.getTypeChecker()
/** The module behind a door; undefined where it exports nothing. */
export const symbolOf = ({ file }) => checker.getSymbolAtLocation(program.getSourceFile(file))
/** The source of a file, as a path. */
export const sourceOf = (file) => program.getSourceFile(file)
