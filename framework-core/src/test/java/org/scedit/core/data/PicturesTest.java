package org.scedit.core.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.function.IntFunction;
import java.util.zip.CRC32;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scedit.api.Picture;
import org.scedit.core.UserException;

class PicturesTest {
    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void nameFile() {
        file = folder.resolve("picture.png");
    }

    @Test
    void framingTellsWhatFittingDoes() {
        Picture wide = Picture.of(100, 50, new byte[3 * 100 * 50]); // halved to 50x25, of which the middle 25 are kept
        assertThat(Pictures.framing(wide, 25)).isEqualTo(new Framing(50, 100, 0, 12, 25, 25));
        Picture tall = Picture.of(10, 30, new byte[3 * 10 * 30]);
        assertThat(Pictures.framing(tall, 20)).isEqualTo(new Framing(30, 10, 20, 0, 20, 20));
    }

    @Test
    void whatIsWrittenIsRead() {
        Picture picture = Picture.of(2, 1, new byte[] {1, 2, 3, (byte) 200, 100, 0});
        Pictures.writePng(picture, file);
        assertThat(Pictures.read(file)).isEqualTo(picture);
    }

    @Test
    void transparentPartsBecomeWhite() throws IOException {
        BufferedImage image = new BufferedImage(3, 1, BufferedImage.TYPE_INT_ARGB);
        image.setRGB(0, 0, 0xFF102030);
        image.setRGB(1, 0, 0x00102030);
        image.setRGB(2, 0, 0x80000000);
        ImageIO.write(image, "png", file.toFile());
        assertThat(rows(Pictures.read(file))).isEqualTo("102030 ffffff 7f7f7f");
    }

    @Test
    void transparentPartsOfAMapBecomeBlackWhichIsNothing() throws IOException {
        BufferedImage image = new BufferedImage(3, 1, BufferedImage.TYPE_INT_ARGB);
        image.setRGB(0, 0, 0xFF102030);
        image.setRGB(1, 0, 0x00102030);
        image.setRGB(2, 0, 0x80FFFFFF);
        ImageIO.write(image, "png", file.toFile());
        assertThat(rows(Pictures.readMap(file))).isEqualTo("102030 000000 808080");
    }

    @Test
    void greySamplesStayAsTheyAre() throws IOException {
        BufferedImage gray = new BufferedImage(2, 1, BufferedImage.TYPE_BYTE_GRAY);
        gray.getRaster().setSample(0, 0, 0, 128);
        ImageIO.write(gray, "png", file.toFile());
        assertThat(rows(Pictures.read(file))).isEqualTo("808080 000000");

        BufferedImage deep = new BufferedImage(2, 1, BufferedImage.TYPE_USHORT_GRAY);
        deep.getRaster().setSample(0, 0, 0, 0x8080);
        ImageIO.write(deep, "png", file.toFile());
        assertThat(rows(Pictures.read(file))).isEqualTo("808080 000000");
    }

    @Test
    void webpIsRead() throws IOException {
        // one pixel, lossy
        Files.write(file, Base64.getDecoder().decode("UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA"));
        Picture picture = Pictures.read(file);
        assertThat(picture.width() + "x" + picture.height()).isEqualTo("1x1");
    }

    @Test
    void cmykJpegIsRead() throws IOException {
        Files.write(file, redInPrintersInk());
        Picture picture = Pictures.read(file);
        assertThat(picture.at(4, 4, 0)).isGreaterThan(200);
        assertThat(picture.at(4, 4, 1)).isLessThan(60);
        assertThat(picture.at(4, 4, 2)).isLessThan(70);
    }

    @Test
    void fitTakesTheMiddleOfTheLongSide() {
        Picture wide = colours(6, 2, x -> x == 2 || x == 3 ? Color.WHITE : Color.BLACK);
        assertThat(rows(Pictures.fit(wide, 2))).isEqualTo("ffffff ffffff\nffffff ffffff");
    }

    @Test
    void fitShrinksTheShortSideToTheSize() {
        Picture tall = colours(40, 90, x -> x < 20 ? Color.RED : Color.BLUE);
        Picture small = Pictures.fit(tall, 10);
        assertThat(small.width() + "x" + small.height()).isEqualTo("10x10");
        assertThat(rows(small).lines())
                .containsOnly(rows(small).lines().findFirst().orElseThrow());
        assertThat(small.at(0, 0, 0)).isEqualTo(255);
        assertThat(small.at(9, 9, 2)).isEqualTo(255);
    }

    @Test
    void finePatternsAverageWhenShrunk() {
        Picture stripes = colours(64, 64, x -> x % 2 == 0 ? Color.BLACK : Color.WHITE);
        Picture small = Pictures.resize(stripes, 8, 8);
        for (int x = 1; x < 7; x++) {
            assertThat(small.at(x, 4, 1)).isBetween(126, 129);
        }
    }

    @Test
    void plainColoursStayPlainInAnySize() {
        Picture plain = colours(7, 5, x -> new Color(10, 200, 99));
        for (int size : new int[] {1, 3, 5, 7, 50}) {
            Picture resized = Pictures.resize(plain, size, size);
            assertThat(resized).isEqualTo(colours(size, size, x -> new Color(10, 200, 99)));
        }
    }

    @Test
    void sameSizeIsTheSamePicture() {
        Picture picture = colours(5, 5, x -> Color.getHSBColor(x / 5f, 1, 1));
        assertThat(Pictures.fit(picture, 5)).isEqualTo(picture);
    }

    @Test
    void damagedAndForeignFilesAreNamed() throws IOException {
        assertThatThrownBy(() -> Pictures.read(file))
                .isInstanceOf(UserException.class)
                .hasMessage(file + ": no such file");
        assertThatThrownBy(() -> Pictures.read(folder))
                .isInstanceOf(UserException.class)
                .hasMessage(folder + ": is a folder, not a picture");

        Files.writeString(file, "not a picture");
        assertThatThrownBy(() -> Pictures.read(file))
                .isInstanceOf(UserException.class)
                .hasMessage(file + ": is not a PNG, JPEG, WebP, GIF or BMP picture");

        Pictures.writePng(colours(50, 50, x -> Color.getHSBColor(x / 50f, 1, 1)), file);
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));
        assertThatThrownBy(() -> Pictures.read(file))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith(file + ": is damaged and cannot be decoded (");
    }

    @Test
    void aHeaderThatClaimsTooMuchIsNotBelieved() throws IOException {
        Pictures.writePng(colours(1, 1, x -> Color.RED), file);
        ByteBuffer png = ByteBuffer.wrap(Files.readAllBytes(file));
        png.putInt(16, 50_000).putInt(20, 40_000); // width and height in the header chunk
        CRC32 checksum = new CRC32();
        checksum.update(png.array(), 12, 17);
        png.putInt(29, (int) checksum.getValue());
        Files.write(file, png.array());
        assertThatThrownBy(() -> Pictures.read(file))
                .isInstanceOf(UserException.class)
                .hasMessage(file + ": has 50000x40000 pixels, more than 100 million");
    }

    @Test
    void everyTruncationOfAPictureIsAPictureOrAUserError() throws IOException {
        Pictures.writePng(colours(20, 20, x -> Color.getHSBColor(x / 20f, 1, 1)), file);
        byte[] bytes = Files.readAllBytes(file);
        for (int length = 0; length < bytes.length; length++) {
            Files.write(file, Arrays.copyOf(bytes, length));
            try {
                Pictures.read(file);
            } catch (UserException e) {
                assertThat(e).hasMessageStartingWith(file + ": is ");
            }
        }
    }

    /** A CMYK JPEG as Photoshop writes it: an Adobe marker, and 255 for no ink. */
    private static byte[] redInPrintersInk() throws IOException {
        WritableRaster inks = Raster.createInterleavedRaster(DataBuffer.TYPE_BYTE, 8, 8, 4, null);
        for (int pixel = 0; pixel < 64; pixel++) {
            inks.setPixel(pixel % 8, pixel / 8, new int[] {255, 0, 0, 255});
        }
        ByteArrayOutputStream plain = new ByteArrayOutputStream();
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        try (var out = new MemoryCacheImageOutputStream(plain)) {
            writer.setOutput(out);
            writer.write(null, new IIOImage(inks, null, null), null);
        }
        ByteBuffer jpeg = ByteBuffer.allocate(plain.size() + 16);
        jpeg.put(plain.toByteArray(), 0, 2); // start of image
        jpeg.putShort((short) 0xFFEE).putShort((short) 14).put("Adobe".getBytes(StandardCharsets.US_ASCII));
        jpeg.putShort((short) 100).putShort((short) 0).putShort((short) 0).put((byte) 0);
        return jpeg.put(plain.toByteArray(), 2, plain.size() - 2).array();
    }

    private static Picture colours(int width, int height, IntFunction<Color> ofColumn) {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int x = 0; x < width; x++) {
            for (int y = 0; y < height; y++) {
                image.setRGB(x, y, ofColumn.apply(x).getRGB());
            }
        }
        return Picture.fromImage(image);
    }

    private static String rows(Picture picture) {
        StringBuilder text = new StringBuilder();
        for (int y = 0; y < picture.height(); y++) {
            for (int x = 0; x < picture.width(); x++) {
                text.append(x > 0 ? " " : y > 0 ? "\n" : "");
                for (int channel = 0; channel < 3; channel++) {
                    text.append("%02x".formatted(picture.at(x, y, channel)));
                }
            }
        }
        return text.toString();
    }
}
