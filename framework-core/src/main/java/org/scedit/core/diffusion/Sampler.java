package org.scedit.core.diffusion;

/**
 * Takes noise away step by step:
 * <pre>
 * x = noise · initNoiseSigma
 * for i = 0 .. timesteps.length-1:  x = step(model(scaleModelInput(x, i), timesteps[i]), i, x).sample
 * </pre>
 * A sampler follows <em>one</em> trajectory and may remember earlier steps: make a new one for each picture or batch,
 * and call {@link #step} with i going up by one. From a picture (image to image) it starts at i = {@link #begin} with
 * x = {@link #addNoise}.
 *
 * <p>Arrays hold the latents of one picture, flat. Those of a whole batch may be given at once unless the
 * configuration asks for {@linkplain SchedulerConfig#thresholding() thresholding}, whose quantile is one picture's.
 * No argument is changed.
 */
public interface Sampler {
    /**
     * @param sample            the less noisy sample, x at the next timestep
     * @param predictedOriginal the clean sample x_0 as seen from this step, after clipping
     */
    record Result(float[] sample, float[] predictedOriginal) {}

    /** What the model is told, noisiest first; some samplers use fractional ones or visit one twice. */
    double[] timesteps();

    /** Factor on standard normal noise for the first sample; 1 (the default) where samples keep their variance. */
    default double initNoiseSigma() {
        return 1;
    }

    /** What the model is given in place of the sample at step {@code i}; the same array (the default) likewise. */
    default float[] scaleModelInput(float[] sample, int i) {
        return sample;
    }

    /**
     * One step of denoising.
     *
     * @param modelOutput what the model said, after guidance
     * @param i           index into {@link #timesteps()}
     * @param sample      x at timestep {@code i}, before {@link #scaleModelInput}
     * @param noise       asked at most as often as the sampler adds noise
     */
    Result step(float[] modelOutput, int i, float[] sample, NoiseSource noise);

    /**
     * x at timestep {@code i}: a clean sample with that much noise, scaled as this sampler scales its samples.
     *
     * @param original clean sample x_0
     * @param noise    standard normal, as long
     * @param i        index into {@link #timesteps()}
     */
    float[] addNoise(float[] original, float[] noise, int i);

    /**
     * Where a trajectory begins that leaves out the noisiest steps.
     *
     * @param skipped how many of the asked number of steps, from 0; one step may be several {@link #timesteps()}
     * @return index into {@link #timesteps()}
     */
    default int begin(int skipped) {
        return skipped;
    }
}
