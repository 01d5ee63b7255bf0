/** What makes tensors work, whichever entry a program comes in by: the evaluator, and the methods. */
import './interpreters/eval'
import { installMethods } from './numpy/methods'

installMethods()
