package org.scedit.core.data;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.scedit.api.Picture;
import org.scedit.core.AtomicFiles;
import org.scedit.core.UserException;

/** Reads, resizes and writes pictures. */
public final class Pictures {
    /** Above this a file is taken for a mistake or an attack, and is not decoded. */
    private static final long MOST_PIXELS = 100_000_000;

    private Pictures() {}

    /**
     * Reads a PNG, JPEG (CMYK too), WebP, GIF (its first frame) or BMP file. Transparent parts become white;
     * orientation tags are not followed.
     *
     * @throws UserException if there is no such file or it holds no picture; names the file and the reason
     */
    public static Picture read(Path file) {
        return read(file, Color.WHITE);
    }

    /**
     * Reads a condition map as {@link #read}, except that transparent parts become black, which is nothing in a map.
     *
     * @throws UserException if there is no such file or it holds no picture; names the file and the reason
     */
    public static Picture readMap(Path file) {
        return read(file, Color.BLACK);
    }

    private static Picture read(Path file, Color behind) {
        try {
            return decode(file, behind);
        } catch (IOException | RuntimeException e) { // decoders answer a damaged file with either
            throw new UserException(file + ": " + reason(file, e), e);
        }
    }

    /**
     * A square picture: the short side resized to {@code size} pixels, then the middle of the long side.
     *
     * @param size at least 1
     */
    public static Picture fit(Picture picture, int size) {
        return fit(picture, size, size);
    }

    /** The picture resized until it covers a size, then the middle of what is too long. */
    public static Picture fit(Picture picture, int width, int height) {
        return fit(picture, width, height, Resampling::resize);
    }

    /** A condition map as {@link #fit(Picture, int)} fits its picture; no colours are mixed, so that maps stay maps. */
    public static Picture fitMap(Picture map, int size) {
        return fit(map, size, size, Resampling::nearest);
    }

    private interface Resize {
        Picture to(Picture picture, int width, int height);
    }

    private static Picture fit(Picture picture, int width, int height, Resize resize) {
        Covering size = Covering.of(picture, width, height);
        Picture resized = resize.to(picture, size.across(), size.down());
        return crop(resized, size.left(width), size.top(height), width, height);
    }

    /** What {@link #fit(Picture, int)} does to a picture. */
    public static Framing framing(Picture picture, int size) {
        Covering covering = Covering.of(picture, size, size);
        return new Framing(picture.height(), picture.width(), covering.top(size), covering.left(size), size, size);
    }

    /** The size of a picture resized until it covers another size. */
    private record Covering(int across, int down) {
        static Covering of(Picture picture, int width, int height) {
            double ratio = Math.max((double) width / picture.width(), (double) height / picture.height());
            return new Covering(Math.max(width, (int) Math.round(picture.width() * ratio)), Math.max(height, (int)
                    Math.round(picture.height() * ratio)));
        }

        int left(int width) {
            return (across - width) / 2;
        }

        int top(int height) {
            return (down - height) / 2;
        }
    }

    /** The picture in another size; shapes are stretched if the proportions differ. */
    public static Picture resize(Picture picture, int width, int height) {
        return Resampling.resize(picture, width, height);
    }

    /**
     * A part of the picture.
     *
     * @param x left column, 0-based
     * @param y top row, 0-based
     */
    public static Picture crop(Picture picture, int x, int y, int width, int height) {
        if (width == picture.width() && height == picture.height()) {
            return picture;
        }
        return Picture.fromImage(picture.toImage().getSubimage(x, y, width, height));
    }

    /**
     * Writes a PNG file, whole or not at all.
     *
     * @throws UserException if the disk refuses
     */
    public static void writePng(Picture picture, Path file) {
        AtomicFiles.write(file, out -> encode(picture, out));
    }

    private static void encode(Picture picture, OutputStream out) throws IOException {
        try (var stream = new MemoryCacheImageOutputStream(out)) {
            ImageIO.write(picture.toImage(), "png", stream);
        }
    }

    private static Picture decode(Path file, Color behind) throws IOException {
        try (ImageInputStream in = ImageIO.createImageInputStream(file.toFile())) {
            if (in == null) {
                throw new IOException("cannot be opened");
            }
            Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
            if (!readers.hasNext()) {
                throw new IOException("is not a PNG, JPEG, WebP, GIF or BMP picture");
            }
            ImageReader reader = readers.next();
            try {
                reader.setInput(in, true, true);
                int width = reader.getWidth(0);
                int height = reader.getHeight(0);
                if ((long) width * height > MOST_PIXELS) {
                    throw new IOException("has " + width + "x" + height + " pixels, more than 100 million");
                }
                BufferedImage image = reader.read(0);
                return isGray(image) ? fromGray(image, behind) : over(image, behind);
            } finally {
                reader.dispose();
            }
        }
    }

    private static Picture over(BufferedImage image, Color behind) {
        BufferedImage opaque = new BufferedImage(image.getWidth(), image.getHeight(), BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = opaque.createGraphics();
        graphics.drawImage(image, 0, 0, behind, null);
        graphics.dispose();
        return Picture.fromImage(opaque);
    }

    private static boolean isGray(BufferedImage image) {
        return image.getColorModel().getColorSpace().getType() == ColorSpace.TYPE_GRAY
                && !(image.getColorModel() instanceof IndexColorModel);
    }

    /** Java takes grey samples for linear light and brightens them; in picture files they are as in sRGB. */
    private static Picture fromGray(BufferedImage image, Color behind) {
        Raster raster = image.getRaster();
        int width = image.getWidth();
        int height = image.getHeight();
        double most = (1 << raster.getSampleModel().getSampleSize(0)) - 1;
        byte[] rgb = new byte[3 * width * height];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                double opacity = raster.getNumBands() > 1 ? raster.getSample(x, y, 1) / most : 1;
                double level = 255 * opacity * raster.getSample(x, y, 0) / most + behind.getRed() * (1 - opacity);
                int pixel = 3 * (y * width + x);
                rgb[pixel] = rgb[pixel + 1] = rgb[pixel + 2] = (byte) Math.round(level);
            }
        }
        return Picture.of(width, height, rgb);
    }

    private static String reason(Path file, Exception failure) {
        if (!Files.exists(file)) {
            return "no such file";
        }
        if (Files.isDirectory(file)) {
            return "is a folder, not a picture";
        }
        String message = failure.getMessage();
        boolean ownWords = message != null && (message.startsWith("is ") || message.startsWith("has "));
        return ownWords
                ? message
                : "is damaged and cannot be decoded ("
                        + (message == null ? failure.getClass().getSimpleName() : message) + ")";
    }
}
