/**
 * Importing this, before the default backend is chosen, makes WebGPU and WebGL available in a browser, loaded when they are needed. It
 * wants both of their packages installed: `@tensorflow/tfjs-backend-webgpu` and `@tensorflow/tfjs-backend-webgl`. (To have one of them
 * only, import that package itself.)
 */
import { peers } from './gpu/peers'

peers.webgpu = () => import('@tensorflow/tfjs-backend-webgpu')
peers.webgl = () => import('@tensorflow/tfjs-backend-webgl')
