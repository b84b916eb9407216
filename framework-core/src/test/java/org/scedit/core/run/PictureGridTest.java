package org.scedit.core.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.scedit.api.Picture;
import org.scedit.core.data.Pictures;

class PictureGridTest {
    private static final int GAP = 14;

    @Test
    void smallPicturesAreEnlargedPixelByPixel() {
        Picture picture = noise(64);
        Picture grid = PictureGrid.draw(List.of(picture), List.of("noise"), 1);
        assertThat(grid.width()).isEqualTo(GAP + 192 + GAP);
        Picture enlarged = Pictures.crop(grid, GAP, GAP, 192, 192);
        for (int y = 0; y < 192; y++) {
            for (int x = 0; x < 192; x++) {
                assertThat(enlarged.at(x, y, 1)).isEqualTo(picture.at(x / 3, y / 3, 1));
            }
        }
    }

    @Test
    void largePicturesKeepTheirSize() {
        Picture picture = noise(512);
        Picture grid = PictureGrid.draw(List.of(picture, picture), List.of("one", "two"), 2);
        assertThat(grid.width()).isEqualTo(3 * GAP + 2 * 512);
        assertThat(Pictures.crop(grid, GAP + 512 + GAP, GAP, 512, 512)).isEqualTo(picture);
    }

    @Test
    void picturesGoRowByRow() {
        Picture grid = PictureGrid.draw(List.of(plain(10), plain(20), plain(30)), List.of("a", "b", "c"), 2);
        assertThat(grid.at(GAP + 5, GAP + 5, 0)).isEqualTo(10);
        assertThat(grid.at(GAP + 192 + GAP + 5, GAP + 5, 0)).isEqualTo(20);
        assertThat(grid.at(GAP + 5, grid.height() / 2 + GAP + 5, 0)).isEqualTo(30);
    }

    @Test
    void aComparisonHasARowForEachAndCaptionsOnce() {
        Picture grid = PictureGrid.compare(
                List.of(
                        new PictureGrid.Row("before", List.of(plain(10), plain(20))),
                        new PictureGrid.Row("after", List.of(plain(30), plain(40)))),
                List.of("a red circle", "a blue square"));
        int labelled = 28; // a label above each row
        assertThat(grid.at(GAP + 5, GAP + labelled + 5, 0)).isEqualTo(10);
        int second = GAP + labelled + 192 + GAP + labelled;
        assertThat(grid.at(GAP + 5, second + 5, 0)).isEqualTo(30);
        assertThat(grid.at(GAP + 192 + GAP + 5, second + 5, 0)).isEqualTo(40);
    }

    @Test
    void longCaptionsAreBrokenAndThenCut() {
        List<String> lines = Canvas.wrap("word ".repeat(100), 192, 13, 4);
        assertThat(lines).hasSize(4).last().asString().endsWith("…");
        assertThat(Canvas.wrap("a red circle", 192, 13, 4)).containsExactly("a red circle");
        assertThat(Canvas.wrap("x".repeat(200), 192, 13, 4))
                .singleElement()
                .asString()
                .endsWith("x…");
        assertThat(Canvas.wrap("", 192, 13, 4)).containsExactly("");
    }

    @Test
    void picturesAndCaptionsMustMatch() {
        assertThatThrownBy(() -> PictureGrid.draw(List.of(plain(1)), List.of(), 2))
                .hasMessage("1 pictures and 0 captions");
    }

    private static Picture plain(int level) {
        byte[] rgb = new byte[3 * 64 * 64];
        Arrays.fill(rgb, (byte) level);
        return Picture.of(64, 64, rgb);
    }

    private static Picture noise(int side) {
        byte[] rgb = new byte[3 * side * side];
        new Random(1).nextBytes(rgb);
        return Picture.of(side, side, rgb);
    }
}
