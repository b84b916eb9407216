package org.scedit.core.diffusion;

import org.scedit.core.diffusion.SchedulerConfig.PredictionType;

/**
 * How much noise there is at each timestep, and the training targets that follow from it.
 * <pre>
 * ᾱ_t = Π_{s≤t} (1 − β_s)
 * x_t = √ᾱ_t · x_0 + √(1−ᾱ_t) · ε          noise added (DDPM, arXiv:2006.11239, eq. 4)
 * v_t = √ᾱ_t · ε − √(1−ᾱ_t) · x_0          velocity (arXiv:2202.00512)
 * SNR = ᾱ_t / (1−ᾱ_t)
 * </pre>
 * β and ᾱ are kept in single precision, as torch keeps them, so that published models see the noise they were trained
 * with.
 */
public final class NoiseSchedule {
    private final SchedulerConfig config;
    private final float[] alphaBars;

    public NoiseSchedule(SchedulerConfig config) {
        this.config = config;
        float[] betas = betas(config);
        this.alphaBars = alphaBars(config.rescaleBetasZeroSnr() ? withZeroTerminalSnr(betas) : betas);
    }

    /** What this schedule was made from. */
    public SchedulerConfig config() {
        return config;
    }

    /** Number of noise levels, T; timesteps are 0..T-1. */
    public int timesteps() {
        return alphaBars.length;
    }

    /** ᾱ_t, from nearly 1 at timestep 0 down to 0 or nearly 0 at the last. */
    public double alphaBar(int timestep) {
        return alphaBars[timestep];
    }

    /**
     * x_t: the clean sample at this noise level.
     *
     * @param original clean sample x_0
     * @param noise    standard normal, as long as {@code original}
     */
    public float[] addNoise(float[] original, float[] noise, int timestep) {
        double alphaBar = alphaBar(timestep);
        return mix(Math.sqrt(alphaBar), original, Math.sqrt(1 - alphaBar), noise);
    }

    /** v_t, the target of a velocity model; arguments as {@link #addNoise}. */
    public float[] velocity(float[] original, float[] noise, int timestep) {
        double alphaBar = alphaBar(timestep);
        return mix(-Math.sqrt(1 - alphaBar), original, Math.sqrt(alphaBar), noise);
    }

    /** What the model should say about {@code addNoise(original, noise, timestep)}. */
    public float[] target(float[] original, float[] noise, int timestep) {
        return switch (config.predictionType()) {
            case EPSILON -> noise;
            case V_PREDICTION -> velocity(original, noise, timestep);
            case SAMPLE -> original;
        };
    }

    /** Signal-to-noise ratio, of variances; 0 where nothing of the picture is left. */
    public double snr(int timestep) {
        double alphaBar = alphaBar(timestep);
        return alphaBar / (1 - alphaBar);
    }

    /**
     * Weight of a sample's loss at this timestep, so that easy low-noise timesteps do not rule (Min-SNR-γ,
     * arXiv:2303.09556):
     * <pre>min(SNR, γ) / SNR for noise prediction, / (SNR + 1) for velocity, min(SNR, γ) for x_0</pre>
     *
     * @param gamma positive; the paper uses 5
     */
    public double minSnrWeight(int timestep, double gamma) {
        double snr = snr(timestep);
        double capped = Math.min(snr, gamma);
        return switch (config.predictionType()) {
            // the limit, where nothing of the picture is left: 0 / 0 otherwise
            case EPSILON -> snr == 0 ? 1 : capped / snr;
            case V_PREDICTION -> capped / (snr + 1);
            case SAMPLE -> capped;
        };
    }

    /** The same samples and noise, but the model predicts something else. */
    public NoiseSchedule withPrediction(PredictionType prediction) {
        return new NoiseSchedule(config.withPrediction(prediction));
    }

    private static float[] mix(double a, float[] x, double b, float[] y) {
        if (x.length != y.length) {
            throw new IllegalArgumentException("sample of " + x.length + " values, noise of " + y.length);
        }
        float[] mixed = new float[x.length];
        for (int i = 0; i < mixed.length; i++) {
            mixed[i] = (float) (a * x[i] + b * y[i]);
        }
        return mixed;
    }

    private static float[] betas(SchedulerConfig config) {
        int timesteps = config.numTrainTimesteps();
        return switch (config.betaSchedule()) {
            case LINEAR -> evenly(config.betaStart(), config.betaEnd(), timesteps);
            case SCALED_LINEAR -> {
                float[] roots = evenly(Math.sqrt(config.betaStart()), Math.sqrt(config.betaEnd()), timesteps);
                for (int i = 0; i < timesteps; i++) {
                    roots[i] *= roots[i];
                }
                yield roots;
            }
            case SQUAREDCOS_CAP_V2 -> {
                float[] betas = new float[timesteps];
                for (int i = 0; i < timesteps; i++) {
                    double left = cosineAlphaBar((double) i / timesteps);
                    double right = cosineAlphaBar((i + 1.0) / timesteps);
                    betas[i] = (float) Math.min(1 - right / left, 0.999);
                }
                yield betas;
            }
        };
    }

    private static double cosineAlphaBar(double time) {
        double cosine = Math.cos((time + 0.008) / 1.008 * Math.PI / 2);
        return cosine * cosine;
    }

    /** Single precision, the second half counted from the end: torch.linspace's numbers. */
    private static float[] evenly(double first, double last, int count) {
        float start = (float) first;
        float end = (float) last;
        float step = count == 1 ? 0 : (end - start) / (count - 1);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = i < count / 2 || count == 1 ? Math.fma(step, i, start) : Math.fma(-step, count - 1 - i, end);
        }
        return values;
    }

    private static float[] alphaBars(float[] betas) {
        float[] products = new float[betas.length];
        double product = 1; // torch multiplies in double and rounds each result
        for (int i = 0; i < betas.length; i++) {
            product *= 1 - betas[i];
            products[i] = (float) product;
        }
        return products;
    }

    /** Shifts and stretches √ᾱ so that its first value stays and its last is 0 (arXiv:2305.08891, algorithm 1). */
    private static float[] withZeroTerminalSnr(float[] betas) {
        float[] roots = alphaBars(betas);
        for (int i = 0; i < roots.length; i++) {
            roots[i] = (float) Math.sqrt(roots[i]);
        }
        float first = roots[0];
        float last = roots[roots.length - 1];
        float stretch = first / (first - last);
        float[] rescaled = new float[betas.length];
        float before = 1;
        for (int i = 0; i < rescaled.length; i++) {
            float root = (roots[i] - last) * stretch;
            float alphaBar = root * root;
            rescaled[i] = 1 - alphaBar / before;
            before = alphaBar;
        }
        return rescaled;
    }
}
