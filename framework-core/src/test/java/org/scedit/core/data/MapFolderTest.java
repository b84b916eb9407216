package org.scedit.core.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scedit.api.Picture;
import org.scedit.core.UserException;

class MapFolderTest {
    @TempDir
    private Path folder;

    private Path pictures;
    private Path maps;

    @BeforeEach
    void makeFolders() throws IOException {
        pictures = Files.createDirectories(folder.resolve("pictures"));
        maps = Files.createDirectories(folder.resolve("maps"));
    }

    @Test
    void theMapOfAPictureHasItsName() throws IOException {
        picture("a.jpg", 8, 8);
        picture("sub/b.png", 8, 8);
        Pictures.writePng(plain(8, 8, 10), maps.resolve("a.png"));
        Pictures.writePng(plain(8, 8, 20), maps.resolve("sub/b.png"));

        MapFolder opened = MapFolder.open(maps, ImageFolder.open(pictures, 8, false));

        assertThat(opened.map(0)).isEqualTo(plain(8, 8, 10));
        assertThat(opened.map(1)).isEqualTo(plain(8, 8, 20));
    }

    @Test
    void mapsAreResizedAndCroppedAsTheirPicturesAndMixNoColours() throws IOException {
        picture("wide.png", 8, 4);
        byte[] rgb = new byte[3 * 8 * 4];
        for (int i = 0; i < 32; i++) {
            rgb[3 * i] = (byte) (i % 8 * 30);
        }
        Pictures.writePng(Picture.of(8, 4, rgb), maps.resolve("wide.png"));

        Picture map = MapFolder.open(maps, ImageFolder.open(pictures, 2, false)).map(0);

        // 8x4 becomes 4x2 (source columns 1, 3, 5, 7), whose middle two columns are 3 and 5
        assertThat(new int[] {map.at(0, 0, 0), map.at(1, 0, 0), map.at(0, 1, 0), map.at(1, 1, 0)})
                .containsExactly(90, 150, 90, 150);
    }

    @Test
    void transparentPartsOfAMapAreBlack() throws IOException {
        picture("a.png", 2, 2);
        var image = new BufferedImage(2, 2, BufferedImage.TYPE_INT_ARGB);
        image.setRGB(0, 0, 0xffffffff);
        ImageIO.write(image, "png", maps.resolve("a.png").toFile());

        Picture map = MapFolder.open(maps, ImageFolder.open(pictures, 2, false)).map(0);

        assertThat(map.at(0, 0, 0)).isEqualTo(255);
        assertThat(map.at(1, 1, 0)).isZero();
        assertThat(Pictures.read(maps.resolve("a.png")).at(1, 1, 0)).isEqualTo(255);
    }

    @Test
    void mapsThatDoNotFitAreToldTogether() throws IOException {
        picture("a.png", 8, 8);
        picture("b.png", 8, 8);
        picture("c.png", 8, 8);
        Pictures.writePng(plain(8, 4, 0), maps.resolve("b.png"));
        Files.writeString(maps.resolve("c.png"), "no picture");

        ImageFolder data = ImageFolder.open(pictures, 8, false);

        assertThatThrownBy(() -> MapFolder.open(maps, data))
                .isInstanceOf(UserException.class)
                .hasMessage("%s: does not hold a map for each picture\n".formatted(maps)
                        + "  %s: has no map %s\n".formatted(pictures.resolve("a.png"), maps.resolve("a.png"))
                        + "  %s: is of 8x4 pixels, its picture %s of 8x8\n"
                                .formatted(maps.resolve("b.png"), pictures.resolve("b.png"))
                        + "  %s: is not a PNG, JPEG, WebP, GIF or BMP picture\n".formatted(maps.resolve("c.png"))
                        + "3 of 3 maps do not fit; make them with scedit annotate");
    }

    @Test
    void ofManyMissingMapsTheFirstAreNamed() throws IOException {
        for (int i = 0; i < 12; i++) {
            picture("%02d.png".formatted(i), 4, 4);
        }
        ImageFolder data = ImageFolder.open(pictures, 4, false);
        assertThatThrownBy(() -> MapFolder.open(maps, data))
                .hasMessageContaining("07.png: has no map")
                .hasMessageNotContaining("08.png")
                .hasMessageEndingWith("\n  ... and 4 more\n12 of 12 maps do not fit; make them with scedit annotate");
    }

    private void picture(String name, int width, int height) throws IOException {
        Path file = pictures.resolve(name);
        Files.createDirectories(file.getParent());
        String ending = name.substring(name.lastIndexOf('.') + 1);
        ImageIO.write(plain(width, height, 128).toImage(), ending, file.toFile());
        Files.writeString(file.resolveSibling(file.getFileName().toString().replaceFirst("\\..*", ".txt")), "a square");
    }

    private static Picture plain(int width, int height, int level) {
        byte[] rgb = new byte[3 * width * height];
        java.util.Arrays.fill(rgb, (byte) level);
        return Picture.of(width, height, rgb);
    }
}
