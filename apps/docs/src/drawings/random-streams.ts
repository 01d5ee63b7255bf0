/** How a module's key comes from that of a stream: folded with a hash of path and count. */
import { arrow, box, drawing, label } from './parts'

const row = (y: number, stream: string, path: string, count: string, key: string) => [
  box(stream, 'rngs', { x: 0, y, width: 150, height: 36 }),
  box(path, 'code', { x: 180, y, width: 150, height: 36 }),
  box(count, 'data', { x: 345, y, width: 50, height: 36 }),
  arrow({ x: 400, y: y + 18 }, { x: 468, y: y + 18 }, 'foldIn'),
  box(key, 'rngs', { x: 470, y, width: 160, height: 36 }),
]
export default drawing(
  'A key that is drawn is the key of the stream folded with the path of the module and how many were drawn there before; another path or count gives another key',
  { width: 640, height: 200 },
  label('key of the stream', { x: 75, y: 14 }, { strong: true }),
  label('path of the module', { x: 255, y: 14 }, { strong: true }),
  label('count', { x: 370, y: 14 }, { strong: true }),
  label('the key drawn', { x: 550, y: 14 }, { strong: true }),
  ...row(35, 'params: key 0', 'Dense_0', '1', 'for the kernel'),
  ...row(90, 'params: key 0', 'Dense_0', '2', 'for the bias'),
  ...row(145, 'dropout: key 7', 'Block_1 / Dropout_0', '1', 'for the mask'),
)
