package org.scedit.core.features;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.scedit.api.Picture;
import org.scedit.core.engine.Randomness;
import org.scedit.core.scenes.Captions;
import org.scedit.core.scenes.Damage;
import org.scedit.core.scenes.NearMiss;
import org.scedit.core.scenes.Scene;
import org.scedit.core.scenes.SceneAttribute;
import org.scedit.core.scenes.SceneDataset;

/**
 * How well embedded features describe pictures they were not trained on.
 *
 * @param pictures   how many it is measured on, half of them damaged
 * @param attributes the share of pictures of which an attribute is read without a mistake; of the damage, the mean
 *     error of its amounts
 * @param nearMisses the share of pictures that fit their own caption better than that of a {@linkplain NearMiss near
 *     miss}
 * @param amongTen   the share of pictures that fit their own caption better than those of the nine pictures after it
 */
public record FeatureQuality(int pictures, Map<SceneAttribute, Double> attributes, double nearMisses, double amongTen) {
    private static final int OTHERS = 9;

    /** Measures on the first pictures of a data set. */
    public static FeatureQuality of(EmbeddedFeatures features, SceneDataset data, int pictures, long seed) {
        List<Picture> shown = new ArrayList<>();
        List<float[]> targets = new ArrayList<>();
        List<String> right = new ArrayList<>();
        List<String> wrong = new ArrayList<>();
        for (int i = 0; i < pictures; i++) {
            long each = Randomness.seed(seed, "feature quality", i);
            Scene scene = data.scene(i);
            Damage damage = Damage.drawn(each);
            shown.add(damage.of(data.get(i).picture(), each));
            targets.add(SceneAttribute.row(scene, data.style(i), damage));
            right.add(Captions.caption(scene, each));
            wrong.add(Captions.caption(NearMiss.of(scene, each), each));
        }
        float[][] read = features.attributes(shown);
        Map<SceneAttribute, Double> attributes = new EnumMap<>(SceneAttribute.class);
        for (SceneAttribute attribute : SceneAttribute.values()) {
            double sum = 0;
            for (int i = 0; i < pictures; i++) {
                sum += score(attribute, read[i], targets.get(i));
            }
            attributes.put(attribute, sum / pictures);
        }
        float[][] images = features.ofPictures(shown);
        float[][] texts = features.ofTexts(right);
        float[][] misses = features.ofTexts(wrong);
        int overMisses = 0;
        int overOthers = 0;
        for (int i = 0; i < pictures; i++) {
            double own = cosine(images[i], texts[i]);
            overMisses += own > cosine(images[i], misses[i]) ? 1 : 0;
            boolean best = true;
            for (int other = 1; other <= OTHERS; other++) {
                best &= own > cosine(images[i], texts[(i + other) % pictures]);
            }
            overOthers += best ? 1 : 0;
        }
        return new FeatureQuality(pictures, attributes, (double) overMisses / pictures, (double) overOthers / pictures);
    }

    /** 1 for an attribute without a mistake, else 0; of amounts, the mean error. */
    private static double score(SceneAttribute attribute, float[] read, float[] target) {
        int best = attribute.offset();
        boolean same = true;
        double error = 0;
        for (int i = attribute.offset(); i < attribute.offset() + attribute.width(); i++) {
            best = read[i] > read[best] ? i : best;
            same &= read[i] > 0 == target[i] > 0;
            error += Math.abs(read[i] - target[i]) / attribute.width();
        }
        return switch (attribute.form()) {
            case ONE_OF -> target[best];
            case ANY_OF -> same ? 1 : 0;
            case AMOUNTS -> error;
        };
    }

    private static double cosine(float[] one, float[] other) {
        double product = 0;
        double ofOne = 0;
        double ofOther = 0;
        for (int i = 0; i < one.length; i++) {
            product += (double) one[i] * other[i];
            ofOne += (double) one[i] * one[i];
            ofOther += (double) other[i] * other[i];
        }
        return product / Math.sqrt(ofOne * ofOther);
    }

    /** A line for each figure, as a Markdown list. */
    public String markdown() {
        StringBuilder text = new StringBuilder();
        attributes.forEach((attribute, score) -> {
            String name = attribute.name().toLowerCase(Locale.ROOT);
            text.append(
                    attribute.form() == SceneAttribute.Form.AMOUNTS
                            ? String.format("- %s: mean error %.3f%n", name, score)
                            : String.format("- %s: %.1f %% right%n", name, 100 * score));
        });
        return text
                + String.format("- own caption over a near miss's: %.1f %%%n", 100 * nearMisses)
                + String.format("- own caption over nine others': %.1f %%%n", 100 * amongTen);
    }
}
