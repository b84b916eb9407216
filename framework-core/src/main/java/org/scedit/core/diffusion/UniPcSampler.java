package org.scedit.core.diffusion;

import java.util.ArrayList;
import java.util.List;

/**
 * UniPC (Zhao et al. 2023, arXiv:2302.04867, eq. 3 and 9 with B(h) of its section 3.4): a multistep predictor in
 * λ = log(α/σ), whose result is corrected as soon as the model has been asked there. For x_0:
 * <pre>
 * h  = λ' − λ,  g = −h,  r_k = (λ_k − λ)/h,  D_k = (m_k − m_0)/r_k           m_k: model output k steps before
 * x' = σ'/σ · x − α'·(e^g − 1) · m_0 − α'·B(g) · Σ_k ρ_k · D_k
 * Σ_k ρ_k · r_k^(n−1) = n! · φ_{n+1}(g) · g / B(g),  n = 1..p                 φ_{n+1}(g) = (φ_n(g) − 1/n!)/g
 * </pre>
 * The corrector's sum has one more term, the model's output at the predicted place, with r = 1. For ε, g = h, and α and
 * σ change places. Where the last step leads to σ' = 0, its limit is x_0.
 */
public final class UniPcSampler implements SigmaSampler {
    private final NoiseSchedule schedule;
    private final UniPcConfig config;
    private final Sigmas sigmas;
    /** Model outputs of the last steps as x_0 or ε, newest first. */
    private final List<float[]> outputs = new ArrayList<>();
    /** Where the last step began, and of which order it was; null before the first. */
    private float[] start;

    private int lastOrder;

    /**
     * @param steps 1 to T−1, with trailing spacing T
     * @throws org.scedit.core.UserException if {@code steps} is out of range
     */
    public UniPcSampler(NoiseSchedule schedule, int steps) {
        this.schedule = schedule;
        config = schedule.config().uniPc();
        sigmas = Sigmas.whole(schedule, steps, Math::rint);
    }

    @Override
    public double[] timesteps() {
        return sigmas.timesteps().clone();
    }

    @Override
    public double[] sigmas() {
        return sigmas.values().clone();
    }

    @Override
    public Result step(float[] modelOutput, int i, float[] sample, NoiseSource noise) {
        Denoised denoised = Denoised.of(schedule.config(), sigmas.alphaBar(i), modelOutput, sample);
        float[] output = config.original() ? denoised.original() : denoised.noise();
        boolean corrected = start != null && !config.uncorrected().contains(i - 1);
        float[] x = corrected ? corrected(i, output) : sample;

        outputs.add(0, output);
        if (outputs.size() > config.order()) {
            outputs.remove(config.order());
        }
        int left = sigmas.timesteps().length - i;
        lastOrder = Math.min(outputs.size(), config.lowerOrderFinal() ? left : config.order());
        start = x.clone();
        if (sigmas.values()[i + 1] == 0) {
            return new Result(limit(x, denoised, i), denoised.original());
        }
        var step = new Step(i, i + 1, lastOrder);
        WeightedSum next = step.exact(x);
        // of second order the papers' ρ is replaced by its limit
        double[] weights = lastOrder == 2 ? new double[] {0.5} : step.weights(lastOrder - 1);
        return new Result(step.plusDifferences(next, weights).floats(), denoised.original());
    }

    private float[] corrected(int i, float[] output) {
        var step = new Step(i - 1, i, lastOrder);
        double[] weights = lastOrder == 1 ? new double[] {0.5} : step.weights(lastOrder);
        double ofOutput = -step.share * step.scale() * weights[lastOrder - 1];
        return step.plusDifferences(step.exact(start), weights)
                .plus(ofOutput, output)
                .plus(-ofOutput, outputs.get(0))
                .floats();
    }

    /** x_0; of a corrected sample, that with the noise that the model saw. */
    private float[] limit(float[] x, Denoised denoised, int i) {
        return config.original()
                ? denoised.original()
                : WeightedSum.of(1 / sigmas.alpha(i), x)
                        .plus(-sigmas.sigma(i) / sigmas.alpha(i), denoised.noise())
                        .floats();
    }

    /** The step from one noise level to the next; {@code outputs} are those up to where it begins. */
    private final class Step {
        private final int from;
        private final double h;
        private final double signed;
        private final double growth;
        private final double share;
        private final double decay;
        private final int order;

        Step(int from, int to, int order) {
            this.from = from;
            this.order = order;
            h = sigmas.lambda(to) - sigmas.lambda(from);
            signed = config.original() ? -h : h;
            growth = Math.expm1(signed);
            share = config.original() ? sigmas.alpha(to) : sigmas.sigma(to);
            decay = config.original() ? sigmas.sigma(to) / sigmas.sigma(from) : sigmas.alpha(to) / sigmas.alpha(from);
        }

        /** B(g). */
        double scale() {
            return config.linear() ? signed : growth;
        }

        /** The linear part with the newest model output held. */
        WeightedSum exact(float[] x) {
            return WeightedSum.of(decay, x).plus(-share * growth, outputs.get(0));
        }

        /** r_k; 1 for what lies at the end of the step. */
        double ratio(int k) {
            return k == order ? 1 : (sigmas.lambda(from - k) - sigmas.lambda(from)) / h;
        }

        WeightedSum plusDifferences(WeightedSum x, double[] weights) {
            for (int k = 1; k < order; k++) {
                double weight = -share * scale() * weights[k - 1] / ratio(k);
                x.plus(weight, outputs.get(k)).plus(-weight, outputs.get(0));
            }
            return x;
        }

        /** ρ_1..ρ_count, from the equations with powers 0..count−1 of r. */
        double[] weights(int count) {
            double[][] powers = new double[count][count];
            double[] right = new double[count];
            double phi = growth / signed - 1;
            double factorial = 1;
            for (int n = 1; n <= count; n++) {
                for (int k = 1; k <= count; k++) {
                    powers[n - 1][k - 1] = Math.pow(ratio(k), n - 1);
                }
                right[n - 1] = phi * factorial / scale();
                factorial *= n + 1;
                phi = phi / signed - 1 / factorial;
            }
            return LinearEquations.solve(powers, right);
        }
    }

    @Override
    public float[] addNoise(float[] original, float[] noise, int i) {
        return WeightedSum.of(sigmas.alpha(i), original)
                .plus(sigmas.sigma(i), noise)
                .floats();
    }
}
