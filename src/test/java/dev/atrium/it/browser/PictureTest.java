package dev.atrium.it.browser;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What counts as a difference between two pictures of a page, the size of a phone. */
class PictureTest {

    /** The bound of {@link PagePicturesIT}. */
    private static final double BOUND = PagePicturesIT.MAX_DIFFERENCE;

    @Test
    void the_same_page_is_no_difference() {
        assertThat(Picture.half(page()).difference(Picture.half(page()))).isZero();
    }

    @Test
    void edges_that_are_smoothed_differently_are_no_difference() {
        BufferedImage noisy = page();
        Random random = new Random(1);
        for (int y = 0; y < noisy.getHeight(); y++) {
            for (int x = 0; x < noisy.getWidth(); x++) {
                int level = new Color(noisy.getRGB(x, y)).getRed() + random.nextInt(61) - 30;
                int bounded = Math.max(0, Math.min(255, level));
                noisy.setRGB(x, y, new Color(bounded, bounded, bounded).getRGB());
            }
        }
        assertThat(Picture.half(page()).difference(Picture.half(noisy))).isLessThan(BOUND);
    }

    @Test
    void another_colour_of_a_button_is_a_difference() {
        BufferedImage other = page();
        fill(other, 16, 16, 90, 44, new Color(0x35, 0x44, 0xC8));
        assertThat(Picture.half(page()).difference(Picture.half(other))).isGreaterThan(BOUND);
    }

    @Test
    void lines_that_are_moved_are_a_difference() {
        BufferedImage moved = new BufferedImage(375, 720, BufferedImage.TYPE_INT_RGB);
        moved.createGraphics().drawImage(page(), 0, 8, null);
        assertThat(Picture.half(page()).difference(Picture.half(moved))).isGreaterThan(BOUND);
    }

    @Test
    void another_size_is_a_difference() {
        BufferedImage longer = new BufferedImage(375, 760, BufferedImage.TYPE_INT_RGB);
        assertThat(Picture.half(page()).difference(Picture.half(longer))).isEqualTo(1);
    }

    /** Lines of dark words on a light page. */
    private static BufferedImage page() {
        BufferedImage page = new BufferedImage(375, 720, BufferedImage.TYPE_INT_RGB);
        fill(page, 0, 0, 375, 720, Color.WHITE);
        for (int y = 100; y < 600; y += 40) {
            for (int x = 16; x < 300; x += 50) {
                fill(page, x, y, 40, 12, Color.DARK_GRAY);
            }
        }
        return page;
    }

    private static void fill(BufferedImage page, int x, int y, int width, int height, Color colour) {
        Graphics2D pen = page.createGraphics();
        pen.setColor(colour);
        pen.fillRect(x, y, width, height);
        pen.dispose();
    }
}
