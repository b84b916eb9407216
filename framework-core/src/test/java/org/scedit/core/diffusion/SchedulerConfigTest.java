package org.scedit.core.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.scedit.core.UserException;
import org.scedit.core.diffusion.SchedulerConfig.TimestepSpacing;

class SchedulerConfigTest {
    @Test
    void stableDiffusionsFileIsRead() {
        SchedulerConfig read = SchedulerConfig.parse("""
            {"_class_name": "PNDMScheduler", "beta_end": 0.012, "beta_schedule": "scaled_linear",
             "beta_start": 0.00085, "num_train_timesteps": 1000, "set_alpha_to_one": false,
             "skip_prk_steps": true, "steps_offset": 1, "trained_betas": null}\
            """, "scheduler_config.json");
        assertThat(read).isEqualTo(SchedulerConfig.stableDiffusion());
    }

    @Test
    void onlyDdimAndDdpmClipWhenNothingIsSaid() {
        assertThat(SchedulerConfig.parse("{\"_class_name\": \"DDIMScheduler\"}", "")
                        .clipSample())
                .isTrue();
        assertThat(SchedulerConfig.parse("{\"_class_name\": \"DDIMScheduler\", \"clip_sample\": false}", "")
                        .clipSample())
                .isFalse();
        assertThat(SchedulerConfig.parse("{\"_class_name\": \"EulerDiscreteScheduler\"}", "")
                        .clipSample())
                .isFalse();
    }

    @Test
    void spacingCanBeChosenAnew() {
        SchedulerConfig trailing = SchedulerConfig.stableDiffusion().withSpacing(TimestepSpacing.TRAILING);
        assertThat(trailing.timestepSpacing()).isEqualTo(TimestepSpacing.TRAILING);
        assertThat(trailing.withSpacing(TimestepSpacing.LEADING)).isEqualTo(SchedulerConfig.stableDiffusion());
    }

    @Test
    void allMistakesAreToldAtOnce() {
        String json = """
            {"beta_start": "small", "num_train_timesteps": 0, "beta_schedule": "sigmoid",
             "clip_sample": 1, "prediction_type": 3, "trained_betas": [0.1]}\
            """;
        assertThatThrownBy(() -> SchedulerConfig.parse(json, "model/scheduler/scheduler_config.json"))
                .isInstanceOf(UserException.class)
                .hasMessage("""
                    model/scheduler/scheduler_config.json: num_train_timesteps must be a number from 1 to 1000000, got 0
                    model/scheduler/scheduler_config.json: beta_start must be a number from 0 to 1, got "small"
                    model/scheduler/scheduler_config.json: beta_schedule 'sigmoid' is not supported; use one of linear, scaled_linear, squaredcos_cap_v2
                    model/scheduler/scheduler_config.json: prediction_type must be a text in quotes, got 3
                    model/scheduler/scheduler_config.json: clip_sample must be true or false, got 1
                    model/scheduler/scheduler_config.json: trained_betas is not supported; give beta_start, beta_end and beta_schedule
                    6 problems, nothing was started\
                    """);
    }

    @Test
    void whatASamplerCannotDoIsNamedByItsKey() {
        String json = """
            {"_class_name": "DPMSolverMultistepScheduler", "algorithm_type": "sde-dpmsolver", "solver_order": 3,
             "use_karras_sigmas": true, "use_beta_sigmas": true, "use_flow_sigmas": true, "final_sigmas_type": "low"}\
            """;
        assertThatThrownBy(() -> SchedulerConfig.parse(json, "scheduler_config.json"))
                .isInstanceOf(UserException.class)
                .hasMessage("""
                    scheduler_config.json: use_flow_sigmas is not supported; it belongs to flow matching, which is another process
                    scheduler_config.json: only one of use_karras_sigmas, use_beta_sigmas can be true
                    scheduler_config.json: final_sigmas_type 'low' is not supported; use one of zero, sigma_min
                    scheduler_config.json: solver_order 3 does not exist for algorithm_type sde-dpmsolver; use 2, or sde-dpmsolver++
                    scheduler_config.json: final_sigmas_type zero does not go with algorithm_type sde-dpmsolver, which never removes its last noise; use sigma_min, or sde-dpmsolver++
                    5 problems, nothing was started\
                    """);
    }

    @Test
    void anotherProcessIsRefused() {
        assertThatThrownBy(() -> SchedulerConfig.parse(
                        "{\"_class_name\": \"FlowMatchEulerDiscreteScheduler\"}", "scheduler_config.json"))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith("scheduler_config.json: _class_name 'FlowMatchEulerDiscreteScheduler' is not of"
                        + " a model with discrete noise levels");
    }

    @Test
    void whatIsNotSaidHasTheDefaultOfTheClass() {
        SchedulerConfig euler = SchedulerConfig.parse("{\"_class_name\": \"EulerDiscreteScheduler\"}", "");
        assertThat(euler.timestepSpacing()).isEqualTo(TimestepSpacing.LINSPACE);
        SchedulerConfig pndm = SchedulerConfig.parse("{\"_class_name\": \"PNDMScheduler\"}", "");
        assertThat(pndm.timestepSpacing()).isEqualTo(TimestepSpacing.LEADING);
        assertThat(pndm.setAlphaToOne()).isFalse();
        SchedulerConfig lcm = SchedulerConfig.parse("{\"_class_name\": \"LCMScheduler\"}", "");
        assertThat(lcm.betaStart()).isEqualTo(0.00085);
        assertThat(lcm.betaSchedule()).isEqualTo(SchedulerConfig.BetaSchedule.SCALED_LINEAR);
    }

    @Test
    void aMissingFileIsNamed() {
        assertThatThrownBy(() -> SchedulerConfig.read(Path.of("nowhere/scheduler_config.json")))
                .isInstanceOf(UserException.class)
                .hasMessage("nowhere/scheduler_config.json: cannot be read; a model folder in the diffusers layout has "
                        + "scheduler/scheduler_config.json");
    }

    @Test
    void aFileThatIsNotJsonIsRefused() {
        assertThatThrownBy(() -> SchedulerConfig.parse("[1, 2]", "scheduler_config.json"))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith("scheduler_config.json: is not a JSON object: ");
    }
}
