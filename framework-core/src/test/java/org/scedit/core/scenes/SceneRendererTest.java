package org.scedit.core.scenes;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.scedit.api.Picture;

class SceneRendererTest {
    private static final SceneObject CIRCLE = new SceneObject(Shape.CIRCLE, Colour.RED, Size.LARGE, 20, 20);
    private static final SceneObject CROSS = new SceneObject(Shape.CROSS, Colour.CYAN, Size.SMALL, 50, 20);
    private static final SceneObject TRIANGLE = new SceneObject(Shape.TRIANGLE, Colour.YELLOW, Size.SMALL, 20, 49);
    private static final Scene SCENE = new Scene(Backdrop.BROWN, List.of(CIRCLE, CROSS, TRIANGLE));

    /** Of {@link #SCENE}; a change makes new pictures of every recipe that uses the style. */
    private static final Map<Style, Long> CHECKSUMS = Map.of(
            Style.PLAIN, 0x4cad4ec1L,
            Style.OUTLINE, 0x18539da9L,
            Style.STRIPES, 0x917f2263L,
            Style.BLOCKS, 0xb4e17a60L,
            Style.SHADED, 0xc34ffaa2L,
            Style.DOTS, 0xd5911247L,
            Style.HATCH, 0x38a7eb78L,
            Style.RINGS, 0xdef46f31L);

    @Test
    void plainIsFlatColourOnFlatBackdrop() {
        Picture picture = SceneRenderer.render(SCENE, Style.PLAIN);

        assertThat(rgb(picture, 20, 20)).isEqualTo(Colour.RED.rgb());
        assertThat(rgb(picture, 20 + 13, 20)).isEqualTo(Colour.RED.rgb());
        assertThat(rgb(picture, 20 + 15, 20)).isEqualTo(Backdrop.BROWN.rgb());
        assertThat(rgb(picture, 50, 12)).isEqualTo(Colour.CYAN.rgb());
        assertThat(rgb(picture, 50 - 8, 12))
                .as("corner that the cross leaves free")
                .isEqualTo(Backdrop.BROWN.rgb());
        assertThat(rgb(picture, 20, 49 + 9)).isEqualTo(Colour.YELLOW.rgb());
        assertThat(rgb(picture, 63, 63)).isEqualTo(Backdrop.BROWN.rgb());
    }

    @Test
    void contoursAreBlendedByTheShareOfThePixelTheyCover() {
        // the triangle's lower side lies at 49 + 10.8, so row 60, from 59.5 to 60.5, has 1 of its 4 rows of samples
        // inside
        int expected = Math.round((Colour.YELLOW.rgb() & 0xff) / 4f + 3 * (Backdrop.BROWN.rgb() & 0xff) / 4f);

        assertThat(SceneRenderer.render(SCENE, Style.PLAIN).at(20, 60, 2)).isEqualTo(expected);
    }

    @ParameterizedTest
    @EnumSource(Style.class)
    void everyStyleKeepsToTheSilhouette(Style style) {
        Picture picture = SceneRenderer.render(SCENE, style);
        double reach = style == Style.BLOCKS ? 3 : 0.75; // a tile's, or half a pixel's, diagonal and a little

        for (int i = 0; i < Scene.SIDE * Scene.SIDE; i++) {
            int x = i % Scene.SIDE;
            int y = i / Scene.SIDE;
            if (SCENE.objects().stream().allMatch(object -> object.distance(x, y) > reach)) {
                assertThat(rgb(picture, x, y)).isEqualTo(Backdrop.BROWN.rgb());
            }
        }
    }

    @Test
    void stylesDifferOnEveryObject() {
        for (SceneObject object : SCENE.objects()) {
            Scene alone = new Scene(Backdrop.WHITE, List.of(object));
            assertThat(Stream.of(Style.values()).map(style -> SceneRenderer.render(alone, style)))
                    .doesNotHaveDuplicates();
        }
    }

    @Test
    void outlineIsHollowAndItsContourIsOfTheColour() {
        Picture picture = SceneRenderer.render(SCENE, Style.OUTLINE);

        assertThat(rgb(picture, 20, 20)).isEqualTo(Backdrop.BROWN.rgb());
        assertThat(rgb(picture, 20 + 12, 20)).isEqualTo(Colour.RED.rgb());
    }

    @Test
    void shadedIsLitFromTheTopLeft() {
        Picture picture = SceneRenderer.render(SCENE, Style.SHADED);

        assertThat(picture.at(14, 14, 1)).isGreaterThan(picture.at(20, 20, 1) + 30);
        assertThat(picture.at(28, 28, 0)).isLessThan(picture.at(20, 20, 0) - 30);
    }

    @Test
    void anObjectLooksTheSameWhereverItStands() {
        SceneObject moved = new SceneObject(Shape.CROSS, Colour.CYAN, Size.SMALL, CROSS.x() - 5, CROSS.y() + 13);
        for (Style style : Style.values()) {
            Picture here = SceneRenderer.render(new Scene(Backdrop.GREY, List.of(CROSS)), style);
            Picture there = SceneRenderer.render(new Scene(Backdrop.GREY, List.of(moved)), style);
            for (int dy = -12; dy <= 12; dy++) {
                for (int dx = -12; dx <= 12; dx++) {
                    assertThat(rgb(there, moved.x() + dx, moved.y() + dy))
                            .isEqualTo(rgb(here, CROSS.x() + dx, CROSS.y() + dy));
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Style.class)
    void pixelsStayTheSameFromVersionToVersion(Style style) {
        CRC32 checksum = new CRC32();
        checksum.update(SceneRenderer.render(SCENE, style).rgb());

        assertThat(checksum.getValue()).isEqualTo(CHECKSUMS.get(style));
    }

    private static int rgb(Picture picture, int x, int y) {
        return picture.at(x, y, 0) << 16 | picture.at(x, y, 1) << 8 | picture.at(x, y, 2);
    }
}
