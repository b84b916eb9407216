package org.scedit.core.engine;

/** Where arrays lie and operators run. Which of several CUDA devices: {@code CUDA_VISIBLE_DEVICES} says. */
public enum DeviceChoice {
    /** {@link #CUDA} where libtorch sees such a device, otherwise {@link #CPU}. */
    AUTO,
    /** The processor. */
    CPU,
    /** The first CUDA device that libtorch sees. */
    CUDA
}
