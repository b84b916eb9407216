package org.scedit.core.diffusion;

import java.util.Locale;
import org.scedit.core.Worded;

/**
 * DPM-Solver's own keys of {@code scheduler_config.json}.
 *
 * @param order           1..3: how many model outputs a step looks at
 * @param algorithm       what is integrated
 * @param heun            {@code solver_type: heun}: the second order's other expansion (arXiv:2211.01095, B.3)
 * @param lowerOrderFinal whether the last steps are of lower order when there are fewer than 15
 * @param eulerAtFinal    whether the last step is of first order in any case
 */
public record DpmSolverConfig(
        int order, Algorithm algorithm, boolean heun, boolean lowerOrderFinal, boolean eulerAtFinal) {
    /** What DPM-Solver integrates. */
    public enum Algorithm implements Worded {
        /** The noise ε (Lu et al. 2022, arXiv:2206.00927). */
        DPMSOLVER(false, false),
        /** The clean sample x_0 (Lu et al. 2022, arXiv:2211.01095). */
        DPMSOLVER_PLUS(true, false),
        /** ε with noise added at each step. */
        SDE_DPMSOLVER(false, true),
        /** x_0 with noise added at each step. */
        SDE_DPMSOLVER_PLUS(true, true);

        private final boolean original;
        private final boolean noisy;

        Algorithm(boolean original, boolean noisy) {
            this.original = original;
            this.noisy = noisy;
        }

        /** Whether it works on x_0 rather than ε. */
        public boolean original() {
            return original;
        }

        /** Whether it solves the stochastic equation. */
        public boolean noisy() {
            return noisy;
        }

        @Override
        public String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-').replace("-plus", "++");
        }
    }

    /** Words of {@code solver_type}; those of other samplers mean the midpoint here, as in diffusers. */
    private enum Type {
        MIDPOINT,
        HEUN,
        LOGRHO,
        BH1,
        BH2
    }

    /** What holds where a file says nothing. */
    public static final DpmSolverConfig DEFAULT = new DpmSolverConfig(2, Algorithm.DPMSOLVER_PLUS, false, true, false);

    static DpmSolverConfig read(SchedulerReader reader) {
        String algorithm = reader.text("algorithm_type", "");
        var config = new DpmSolverConfig(
                reader.integer("solver_order", 2, 1, 3),
                algorithm.equals("deis") // DEIS' name for the same keys; diffusers takes it for this
                        ? Algorithm.DPMSOLVER_PLUS
                        : reader.choice("algorithm_type", Algorithm.DPMSOLVER_PLUS),
                reader.choice("solver_type", Type.MIDPOINT) == Type.HEUN,
                reader.flag("lower_order_final", true),
                reader.flag("euler_at_final", false));
        if (config.algorithm == Algorithm.SDE_DPMSOLVER && config.order == 3) {
            reader.problem("solver_order 3 does not exist for algorithm_type sde-dpmsolver; use 2, or sde-dpmsolver++");
        }
        return config;
    }

    /** The same with another order and algorithm. */
    DpmSolverConfig with(int otherOrder, Algorithm otherAlgorithm) {
        return new DpmSolverConfig(otherOrder, otherAlgorithm, heun, lowerOrderFinal, eulerAtFinal);
    }
}
