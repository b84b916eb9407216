/**
 * The tensor engine: libtorch's operators through DJL, native memory with owners, automatic differentiation.
 *
 * <p>DJL's own operators lack what a diffusion model needs (group norm, attention, bfloat16), so each operator here is
 * a line of TorchScript compiled at start-up ({@link org.scedit.core.engine.ScriptFunction}), which reaches all of
 * libtorch and records gradients.
 */
package org.scedit.core.engine;
