package org.scedit.plugins.annotators;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BiConsumer;
import java.util.function.IntUnaryOperator;
import nu.pattern.OpenCV;
import org.opencv.core.CvType;
import org.opencv.core.Mat;
import org.opencv.imgproc.Imgproc;
import org.scedit.api.Picture;

/** OpenCV, and pictures of many kinds and sizes to compare with it. */
final class Reference {
    static {
        OpenCV.loadLocally();
    }

    private Reference() {}

    /** What an operator of OpenCV makes of a picture; one channel becomes three equal ones. */
    static Picture of(Picture picture, BiConsumer<Mat, Mat> operator) {
        Mat source = new Mat(picture.height(), picture.width(), CvType.CV_8UC3);
        source.put(0, 0, picture.rgb());
        Mat result = new Mat();
        operator.accept(source, result);
        if (result.channels() == 1) {
            Imgproc.cvtColor(result, result, Imgproc.COLOR_GRAY2RGB);
        }
        byte[] rgb = new byte[(int) result.total() * 3];
        result.get(0, 0, rgb);
        return Picture.of(result.cols(), result.rows(), rgb);
    }

    /** The largest difference of two pictures of one size in any value. */
    static int difference(Picture one, Picture other) {
        byte[] a = one.rgb();
        byte[] b = other.rgb();
        int largest = 0;
        for (int i = 0; i < a.length; i++) {
            largest = Math.max(largest, Math.abs((a[i] & 0xff) - (b[i] & 0xff)));
        }
        return largest;
    }

    /** Noise, slopes, discs, stripes and hard edges, in sizes even and odd, large and tiny. */
    static List<Picture> pictures() {
        int[][] sizes = {
            {512, 512}, {256, 192}, {131, 97}, {64, 64}, {63, 65}, {17, 200}, {3, 3}, {1, 9}, {9, 1}, {1, 1}
        };
        List<Picture> pictures = new ArrayList<>();
        for (int[] size : sizes) {
            var random = new SplittableRandom(pictures.size());
            int width = size[0];
            pictures.add(picture(width, size[1], i -> random.nextInt(256)));
            pictures.add(picture(width, size[1], i -> (i / 3 % width + 2 * (i / 3 / width) + 40 * (i % 3)) % 256));
            pictures.add(picture(width, size[1], i -> disc(i / 3 % width, i / 3 / width, i % 3, random)));
            pictures.add(picture(width, size[1], i -> 16 * ((i / 3 % width / 5 + i / 3 / width / 7 + i % 3) % 16)));
            pictures.add(picture(width, size[1], i -> (i / 3 % width * (i / 3 / width)) % 256 < 128 ? 0 : 255));
        }
        return pictures;
    }

    /** Discs of many sizes and contrasts with slightly noisy borders. */
    private static int disc(int x, int y, int channel, SplittableRandom random) {
        int cell = 48;
        int dx = x % cell - cell / 2;
        int dy = y % cell - cell / 2;
        int number = x / cell + 3 * (y / cell);
        double distance = Math.sqrt(dx * dx + dy * dy) - 6 - number % 17;
        double inside = Math.max(0, Math.min(1, 0.5 - distance / (1 + number % 4)));
        return (int) (60 + inside * (25 * channel + 11 * (number % 13))) + random.nextInt(4);
    }

    /** @param level of the i-th value, row by row, red, green, blue */
    static Picture picture(int width, int height, IntUnaryOperator level) {
        byte[] rgb = new byte[3 * width * height];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) level.applyAsInt(i);
        }
        return Picture.of(width, height, rgb);
    }
}
