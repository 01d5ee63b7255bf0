/** The optional peers of the GPU flavours: importing one registers its backend. */
declare module '@tensorflow/tfjs-backend-webgpu'
declare module '@tensorflow/tfjs-backend-webgl'
