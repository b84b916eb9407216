package org.scedit.core.diffusion;

import java.util.ArrayList;
import java.util.List;
import org.scedit.core.diffusion.DpmSolverConfig.Algorithm;

/**
 * DPM-Solver++ multistep (Lu et al. 2022, arXiv:2211.01095, algorithm 2, and for three model outputs its appendix): the
 * linear part of the equation is solved exactly, x_0 is expanded in λ = log(α/σ), with α = √ᾱ and σ = √(1−ᾱ).
 * <pre>
 * h  = λ' − λ,  g = −h
 * x' = σ'/σ · x − α' · ( (e^g − 1) · D_0 + c_1 · D_1 + c_2 · D_2 )
 * c_1 = (e^g − 1)/2 (order 2, midpoint) or (e^g − 1)/g − 1,      c_2 = (e^g − 1 − g)/g² − ½
 * D_0, D_1/h, 2·D_2/h²: x_0 and its first two derivatives in λ, by divided differences of the last outputs
 * </pre>
 * The stochastic variant (its section 5) has g = −2h, damps x by another e^−h and adds σ'·√(1−e^−2h)·z. DPM-Solver
 * itself (arXiv:2206.00927) expands ε: g = h, and α and σ change places. Where the last step leads to σ' = 0, its limit
 * is x_0.
 */
public final class DpmSolverSampler implements SigmaSampler {
    /** Steps from which lower orders at the end bring nothing (diffusers). */
    private static final int MANY = 15;

    private final NoiseSchedule schedule;
    private final DpmSolverConfig config;
    private final Sigmas sigmas;
    /** Model outputs of the last steps as x_0 or ε, newest first. */
    private final List<float[]> outputs = new ArrayList<>();

    /**
     * @param steps 1 to T−1, with trailing spacing T
     * @throws org.scedit.core.UserException if {@code steps} is out of range
     */
    public DpmSolverSampler(NoiseSchedule schedule, int steps) {
        this.schedule = schedule;
        config = schedule.config().dpmSolver();
        boolean cosine = schedule.config().betaSchedule() == SchedulerConfig.BetaSchedule.SQUAREDCOS_CAP_V2;
        sigmas = Sigmas.whole(schedule, steps, cosine ? Math::floor : Math::rint);
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
        outputs.add(0, config.algorithm().original() ? denoised.original() : noise(denoised, i, sample));
        if (outputs.size() > config.order()) {
            outputs.remove(config.order());
        }
        float[] fresh = config.algorithm().noisy() ? noise.next(sample.length) : new float[0];
        boolean clean = sigmas.values()[i + 1] == 0;
        return new Result(clean ? denoised.original() : integrated(i, sample, fresh), denoised.original());
    }

    /** ε, corrected where x_0 was thresholded. */
    private float[] noise(Denoised denoised, int i, float[] sample) {
        return schedule.config().thresholding()
                ? WeightedSum.of(1 / sigmas.sigma(i), sample)
                        .plus(-sigmas.alpha(i) / sigmas.sigma(i), denoised.original())
                        .floats()
                : denoised.noise();
    }

    private int order(int i) {
        int left = sigmas.timesteps().length - i;
        boolean lower = config.lowerOrderFinal() && sigmas.timesteps().length < MANY;
        if (left == 1 && (lower || config.eulerAtFinal())) {
            return 1;
        }
        return Math.min(outputs.size(), left == 2 && lower ? 2 : config.order());
    }

    private float[] integrated(int i, float[] sample, float[] fresh) {
        double h = sigmas.lambda(i + 1) - sigmas.lambda(i);
        Algorithm algorithm = config.algorithm();
        double signed =
                switch (algorithm) {
                    case DPMSOLVER, SDE_DPMSOLVER -> h;
                    case DPMSOLVER_PLUS -> -h;
                    case SDE_DPMSOLVER_PLUS -> -2 * h;
                };
        double share = algorithm.original() ? sigmas.alpha(i + 1) : sigmas.sigma(i + 1);
        double scale = algorithm == Algorithm.SDE_DPMSOLVER ? 2 * share : share;
        double growth = Math.expm1(signed);
        int order = h == 0 ? 1 : order(i);

        WeightedSum x = WeightedSum.of(decay(i, h), sample).plus(-scale * growth, outputs.get(0));
        if (order == 2) {
            x.plus(-scale * (config.heun() ? growth / signed - 1 : growth / 2), slope(0, i, h));
        }
        if (order == 3) {
            // diffusers' sign for the stochastic variant; it vanishes with h² either way
            double half = algorithm == Algorithm.SDE_DPMSOLVER_PLUS ? 0.5 : -0.5;
            double near = (sigmas.lambda(i) - sigmas.lambda(i - 1)) / h;
            double far = (sigmas.lambda(i - 1) - sigmas.lambda(i - 2)) / h;
            float[] slope = slope(0, i, h);
            float[] bend = WeightedSum.of(1 / (near + far), slope)
                    .plus(-1 / (near + far), slope(1, i, h))
                    .floats();
            x.plus(-scale * (growth / signed - 1), slope)
                    .plus(-scale * (growth / signed - 1) * near, bend)
                    .plus(-scale * ((growth - signed) / (signed * signed) + half), bend);
        }
        return algorithm.noisy() ? x.plus(spread(i, h), fresh).floats() : x.floats();
    }

    /** First divided difference between two model outputs, {@code back} steps ago and one more, times h. */
    private float[] slope(int back, int i, double h) {
        double ratio = (sigmas.lambda(i - back) - sigmas.lambda(i - back - 1)) / h;
        return WeightedSum.of(1 / ratio, outputs.get(back))
                .plus(-1 / ratio, outputs.get(back + 1))
                .floats();
    }

    /** Factor of the sample. */
    private double decay(int i, double h) {
        return switch (config.algorithm()) {
            case DPMSOLVER, SDE_DPMSOLVER -> sigmas.alpha(i + 1) / sigmas.alpha(i);
            case DPMSOLVER_PLUS -> sigmas.sigma(i + 1) / sigmas.sigma(i);
            case SDE_DPMSOLVER_PLUS -> sigmas.sigma(i + 1) / sigmas.sigma(i) * Math.exp(-h);
        };
    }

    /** Factor of fresh noise. */
    private double spread(int i, double h) {
        return sigmas.sigma(i + 1) * Math.sqrt(config.algorithm().original() ? -Math.expm1(-2 * h) : Math.expm1(2 * h));
    }

    @Override
    public float[] addNoise(float[] original, float[] noise, int i) {
        return WeightedSum.of(sigmas.alpha(i), original)
                .plus(sigmas.sigma(i), noise)
                .floats();
    }
}
