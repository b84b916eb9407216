package org.scedit.core.scenes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.scedit.api.Picture;

class SceneAttributeTest {
    /** A red circle at the top left and a small blue cross at the bottom right, on grey. */
    private static final Scene SCENE = new Scene(
            Backdrop.GREY,
            List.of(
                    new SceneObject(Shape.CIRCLE, Colour.RED, Size.LARGE, 18, 18),
                    new SceneObject(Shape.CROSS, Colour.BLUE, Size.SMALL, 48, 48)));

    @Test
    void aRowSaysWhatThePictureShows() {
        float[] row = SceneAttribute.row(SCENE, Style.DOTS, new Damage(0.25f, 0));
        assertThat(row).hasSize(SceneAttribute.total());
        assertThat(part(row, SceneAttribute.STYLE)).containsExactly(0, 0, 0, 0, 0, 1, 0, 0);
        assertThat(part(row, SceneAttribute.BACKDROP)).containsExactly(0, 0, 1, 0);
        assertThat(part(row, SceneAttribute.COUNT)).containsExactly(0, 1, 0);
        assertThat(part(row, SceneAttribute.COLOURS)).containsExactly(1, 0, 1, 0, 0, 0);
        assertThat(part(row, SceneAttribute.SHAPES)).containsExactly(1, 0, 0, 1);
        assertThat(part(row, SceneAttribute.SIZES)).containsExactly(1, 1);
        assertThat(part(row, SceneAttribute.PLACES)).containsExactly(1, 0, 0, 0, 0, 0, 0, 0, 1);
        assertThat(part(row, SceneAttribute.DAMAGE)).containsExactly(0.25f, 0);
    }

    @Test
    void damageMakesAPictureWorseTheMoreThereIsOfIt() {
        Picture picture = SceneRenderer.render(SCENE, Style.PLAIN);
        assertThat(Damage.NONE.of(picture, 1)).isSameAs(picture);
        double weakNoise = change(picture, new Damage(0.2f, 0).of(picture, 1));
        double strongNoise = change(picture, new Damage(0.8f, 0).of(picture, 1));
        assertThat(strongNoise).isGreaterThan(2 * weakNoise);
        double weakBlur = change(picture, new Damage(0, 0.2f).of(picture, 1));
        double strongBlur = change(picture, new Damage(0, 0.8f).of(picture, 1));
        assertThat(weakBlur).isPositive();
        assertThat(strongBlur).isGreaterThan(weakBlur);
        assertThat(new Damage(0.5f, 0.5f).of(picture, 3)).isEqualTo(new Damage(0.5f, 0.5f).of(picture, 3));
        assertThatThrownBy(() -> new Damage(Float.NaN, 0)).hasMessage("noise and blur are 0..1, got NaN and 0.0");
    }

    private static float[] part(float[] row, SceneAttribute attribute) {
        return java.util.Arrays.copyOfRange(row, attribute.offset(), attribute.offset() + attribute.width());
    }

    /** Mean change of a level. */
    private static double change(Picture one, Picture other) {
        float[] a = one.toTensor();
        float[] b = other.toTensor();
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += Math.abs(a[i] - b[i]) / a.length;
        }
        return sum;
    }
}
