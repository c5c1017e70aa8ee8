package dev.atrium.it.browser;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;

/**
 * Picture of a page, at half its size. Two are compared by tiles: machines smooth the edges of letters differently, which
 * changes a tile a little; another colour, size or place changes tiles a lot.
 */
final class Picture {

    /** Width and height of a tile in pixels of the page, twice those of the picture. */
    private static final int TILE = 8;
    /** Mean difference of a tile's colours, of 255, above which it counts. */
    private static final double NOISE = 16;
    /** Difference in height, in pixels, that is compared nevertheless. */
    private static final int HEIGHT = 4;

    private final BufferedImage image;

    private Picture(BufferedImage image) {
        this.image = image;
    }

    static Picture ofPage(byte[] png) throws IOException {
        return half(ImageIO.read(new ByteArrayInputStream(png)));
    }

    static Picture half(BufferedImage page) {
        BufferedImage half = new BufferedImage(page.getWidth() / 2, page.getHeight() / 2, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < half.getHeight(); y++) {
            for (int x = 0; x < half.getWidth(); x++) {
                half.setRGB(x, y, mean(page.getRGB(2 * x, 2 * y), page.getRGB(2 * x + 1, 2 * y),
                        page.getRGB(2 * x, 2 * y + 1), page.getRGB(2 * x + 1, 2 * y + 1)));
            }
        }
        return new Picture(half);
    }

    static Picture read(Path file) throws IOException {
        return new Picture(ImageIO.read(file.toFile()));
    }

    void write(Path file) throws IOException {
        Files.createDirectories(file.getParent());
        ImageIO.write(image, "png", file.toFile());
    }

    /** Returns the share of tiles that differ: 0 if the pictures look the same, 1 if their sizes differ. */
    double difference(Picture other) {
        int height = Math.min(image.getHeight(), other.image.getHeight());
        if (image.getWidth() != other.image.getWidth()
                || Math.max(image.getHeight(), other.image.getHeight()) - height > HEIGHT) {
            return 1;
        }
        int tiles = 0;
        int different = 0;
        for (int y = 0; y + TILE <= height; y += TILE) {
            for (int x = 0; x + TILE <= image.getWidth(); x += TILE) {
                tiles++;
                different += tileDifference(other, x, y) > NOISE ? 1 : 0;
            }
        }
        return (double) different / tiles;
    }

    private double tileDifference(Picture other, int left, int top) {
        long sum = 0;
        for (int y = top; y < top + TILE; y++) {
            for (int x = left; x < left + TILE; x++) {
                int one = image.getRGB(x, y);
                int two = other.image.getRGB(x, y);
                for (int shift = 0; shift <= 16; shift += 8) {
                    sum += Math.abs((one >> shift & 0xFF) - (two >> shift & 0xFF));
                }
            }
        }
        return sum / (3.0 * TILE * TILE);
    }

    private static int mean(int... colours) {
        int result = 0;
        for (int shift = 0; shift <= 16; shift += 8) {
            int sum = 0;
            for (int colour : colours) {
                sum += colour >> shift & 0xFF;
            }
            result |= sum / colours.length << shift;
        }
        return result;
    }
}
