package org.scedit.it;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.scedit.core.engine.Autograd;
import org.scedit.core.engine.Ops;
import org.scedit.core.engine.Scope;
import org.scedit.core.engine.Torch;
import org.scedit.core.hook.TunerInstance;
import org.scedit.core.plugin.PluginCatalogue;
import org.scedit.testkit.TinyUNet;
import org.scedit.testkit.TunerRecipe;

/** Computing layers again for their gradients changes no bit of them, whatever the tuner, dropped elements included. */
class GradientCheckpointingTest {
    private static PluginCatalogue catalogue;

    @BeforeAll
    static void load() {
        catalogue = PluginCatalogue.ofClassPath();
    }

    @AfterAll
    static void unload() {
        catalogue.close();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "sc-tuner          | down_ratio: 1.0",
                "lora              | rank: 2; dropout: 0.5",
                "ia3               | ",
                "full              | ",
                "controlnet        | channels: [8, 8, 8, 8]",
                "csc-tuner         | kernel: 3",
                "t2i-adapter       | "
            })
    void gradientsAreTheSame(String method, String settings) {
        String[] lines = settings == null ? new String[0] : settings.split("; ");
        Map<String, float[]> once = gradients(method, lines, false);
        Map<String, float[]> again = gradients(method, lines, true);
        assertThat(again.keySet()).isEqualTo(once.keySet()).isNotEmpty();
        once.forEach((name, gradient) -> assertThat(again.get(name)).as(name).isEqualTo(gradient));
    }

    private static Map<String, float[]> gradients(String method, String[] settings, boolean checkpointing) {
        var provider = catalogue.tuners().get(method);
        try (TinyUNet unet = new TinyUNet(1);
                TunerInstance tuner = TunerInstance.create(
                        method, provider, TunerRecipe.settings(provider, settings), unet.unet(), 2);
                NDManager manager = Torch.newManager()) {
            unet.tuned().attach(tuner, 1);
            unet.tuned().checkpointGradients(checkpointing);
            List<String> names = new ArrayList<>(tuner.arrays().keySet());
            if (!method.equals("full")) {
                // a fresh tuner's last weight is zero, which hides what lies before it
                for (String name : names) {
                    NDArray array = tuner.arrays().get(name);
                    NDArray noise = Torch.normal(manager, names.indexOf(name), array.getShape());
                    Ops.copyInto(array, array.add(noise.mul(0.1f)));
                }
            }
            tuner.setTrainable(true);
            try (Scope scope = new Scope();
                    Autograd autograd = Autograd.record()) {
                NDArray target = Torch.normal(manager, 3, unet.shape());
                autograd.backward(new Ops().meanSquare(unet.forwardTraining(4), target));
            }
            Map<String, float[]> gradients = new LinkedHashMap<>();
            names.forEach(name ->
                    gradients.put(name, Torch.floats(tuner.arrays().get(name).getGradient())));
            return gradients;
        }
    }
}
