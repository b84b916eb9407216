package org.scedit.core.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.BiFunction;
import org.scedit.api.Picture;
import org.scedit.core.data.BatchOrder;
import org.scedit.core.engine.Randomness;
import org.scedit.core.engine.Scope;
import org.scedit.core.engine.ScriptFunction;
import org.scedit.core.engine.Torch;
import org.scedit.core.model.FeatureModel;
import org.scedit.core.scenes.Captions;
import org.scedit.core.scenes.Damage;
import org.scedit.core.scenes.NearMiss;
import org.scedit.core.scenes.Scene;
import org.scedit.core.scenes.SceneAttribute;
import org.scedit.core.scenes.SceneDataset;

/**
 * Trains a feature network from nothing, so that its features describe pictures and agree with texts:
 * <pre>loss = Σ attributes' losses  +  contrast</pre>
 * <ul>
 *   <li>what a picture shows must be read from its features by one linear layer: cross-entropy of {@link SceneAttribute}s,
 *       ten times the squared error of amounts. Half of the pictures are noisy or blurred, and how much is an attribute too;
 *   <li>contrast is CLIP's loss (Radford et al. 2021, arXiv:2103.00020) between pictures and captions, at a fixed
 *       temperature. Each picture also meets the caption of a {@linkplain NearMiss near miss}, since captions of other
 *       pictures alone would not teach which colour belongs to which shape.
 * </ul>
 */
public final class FeatureObjective implements Objective {
    private static final double TEMPERATURE = 0.07;
    /** A squared error of amounts is a tenth of a cross-entropy: by itself, noise would hardly be among the features. */
    private static final double OF_AMOUNTS = 10;
    /** Of 12 kB each. */
    private static final int MOST_KEPT = 20_000;

    private static final ScriptFunction ATTRIBUTES =
            ScriptFunction.compile(new String[] {"x", "t"}, attributeLoss().toArray(String[]::new));
    private static final ScriptFunction CONTRAST = ScriptFunction.compile(
            new String[] {"f", "t"},
            "f1 = torch.div(f, torch.clamp_min(torch.linalg_vector_norm(f, 2, [1], True), 1.0e-6))",
            "t1 = torch.div(t, torch.clamp_min(torch.linalg_vector_norm(t, 2, [1], True), 1.0e-6))",
            "logits = torch.div(torch.matmul(f1, torch.t(t1)), " + TEMPERATURE + ")",
            "right = torch.slice(logits, 1, 0, torch.size(f, 0))",
            "a = torch.mean(torch.diagonal(torch.log_softmax(logits, 1)))",
            "b = torch.mean(torch.diagonal(torch.log_softmax(torch.t(right), 1)))",
            "return torch.neg(torch.add(a, b))");

    private final FeatureModel model;
    private final BiFunction<NDManager, List<String>, NDArray> textStates;
    private final SceneDataset data;
    private final BatchOrder order;
    private final long seed;
    /** Pictures that were drawn before: to draw one takes longer than to train on it. */
    private final Picture[] kept;

    private final List<Trainable> trainables;

    /**
     * @param model      with weights; they are trained in place
     * @param textStates states of texts, {@code (texts, tokens, width)}, without gradients
     * @param data       the pictures, with the scenes behind them
     * @param order      which of them are in which batch
     * @param seed       of damage and wordings
     */
    public FeatureObjective(
            FeatureModel model,
            BiFunction<NDManager, List<String>, NDArray> textStates,
            SceneDataset data,
            BatchOrder order,
            long seed) {
        this.model = model;
        this.textStates = textStates;
        this.data = data;
        this.order = order;
        this.seed = seed;
        kept = new Picture[Math.min(data.size(), MOST_KEPT)];
        trainables = model.parameters().all().stream()
                .map(parameter -> new Trainable(parameter.name(), parameter.value()))
                .toList();
        trainables.forEach(trainable -> trainable.value().setRequiresGradient(true));
    }

    private static List<String> attributeLoss() {
        List<String> lines = new ArrayList<>();
        lines.add("loss = torch.mul(torch.sum(x), 0.)");
        for (SceneAttribute each : SceneAttribute.values()) {
            int end = each.offset() + each.width();
            lines.add(String.format(Locale.ROOT, "y = torch.slice(x, 1, %d, %d)", each.offset(), end));
            lines.add(String.format(Locale.ROOT, "z = torch.slice(t, 1, %d, %d)", each.offset(), end));
            String term =
                    switch (each.form()) {
                        case ONE_OF -> "torch.neg(torch.mean(torch.sum(torch.mul(z, torch.log_softmax(y, 1)), [1])))";
                        case ANY_OF -> "torch.binary_cross_entropy_with_logits(y, z, None, None, 1)";
                        case AMOUNTS -> "torch.mul(torch.mse_loss(y, z), " + OF_AMOUNTS + ")";
                    };
            lines.add("loss = torch.add(loss, " + term + ")");
        }
        lines.add("return loss");
        return lines;
    }

    @Override
    public List<Trainable> trainables() {
        return trainables;
    }

    @Override
    public NDArray loss(long batch, NDManager manager) {
        List<Picture> pictures = new ArrayList<>();
        List<float[]> rows = new ArrayList<>();
        List<String> right = new ArrayList<>();
        List<String> wrong = new ArrayList<>();
        int[] indices = order.batch(batch);
        for (int i = 0; i < indices.length; i++) {
            long each = Randomness.seed(seed, "features", batch * indices.length + i);
            Scene scene = data.scene(indices[i]);
            Damage damage = Damage.drawn(each);
            pictures.add(damage.of(picture(indices[i]), each));
            rows.add(SceneAttribute.row(scene, data.style(indices[i]), damage));
            right.add(Captions.caption(scene, each));
            wrong.add(Captions.caption(NearMiss.of(scene, each), each));
        }
        try (Scope scope = new Scope()) {
            NDArray features = model.pictures(AutoencoderObjective.tensor(manager, pictures));
            NDArray loss = ATTRIBUTES.call(model.attributes(features), joined(manager, rows));
            List<String> texts = new ArrayList<>(right);
            texts.addAll(wrong);
            return scope.keep(loss.add(CONTRAST.call(features, model.texts(textStates.apply(manager, texts)))));
        }
    }

    private Picture picture(int index) {
        if (index >= kept.length) {
            return data.get(index).picture();
        }
        if (kept[index] == null) {
            kept[index] = data.get(index).picture();
        }
        return kept[index];
    }

    private static NDArray joined(NDManager manager, List<float[]> rows) {
        int width = rows.get(0).length;
        float[] all = new float[rows.size() * width];
        for (int i = 0; i < rows.size(); i++) {
            System.arraycopy(rows.get(i), 0, all, i * width, width);
        }
        return Torch.of(manager, all, new Shape(rows.size(), width));
    }
}
