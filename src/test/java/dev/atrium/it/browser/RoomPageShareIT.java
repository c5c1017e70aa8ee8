package dev.atrium.it.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.zxing.BinaryBitmap;
import com.google.zxing.EncodeHintType;
import com.google.zxing.RGBLuminanceSource;
import com.google.zxing.ReaderException;
import com.google.zxing.WriterException;
import com.google.zxing.common.HybridBinarizer;
import com.google.zxing.qrcode.QRCodeReader;
import com.google.zxing.qrcode.decoder.ErrorCorrectionLevel;
import com.google.zxing.qrcode.encoder.ByteMatrix;
import com.google.zxing.qrcode.encoder.Encoder;
import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.ForcedColors;
import dev.atrium.it.fixture.Replica;
import dev.atrium.it.fixture.SharedReplicas;
import dev.atrium.it.fixture.Tokens;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Link to a room, and its QR code, which another implementation encodes and decodes. */
class RoomPageShareIT extends WithReplica {

    private static final String CODE = """
            async ([text, mask]) => {
              const { qrCode } = await import("/pages/qr.js");
              return qrCode(text, mask ?? undefined)?.map((row) => row.map(Number).join("")).join("\\n");
            }""";

    /** Lengths at the end of versions, at both ends of those that another count of bits begins with, and the longest. */
    @Test
    void a_code_is_that_of_another_encoder() throws WriterException {
        Page page = browser.open(replica.http("/rooms/blank/messages"));
        for (int length : new int[] { 1, 14, 15, 26, 62, 106, 122, 180, 181, 213, 214, 287, 666, 1000, 1500, 2000, 2331 }) {
            String text = "http://host/rooms/lobby".repeat(length).substring(0, length);
            for (int mask = 0; mask < 8; mask++) {
                assertThat(page.evaluate(CODE, List.of(text, mask))).as("length %d, mask %d", length, mask)
                        .isEqualTo(encoded(text, Map.of(EncodeHintType.QR_MASK_PATTERN, mask)));
            }
            assertThat(page.evaluate(CODE, new Object[] { text, null })).as("length %d, the best mask", length)
                    .isEqualTo(encoded(text, Map.of()));
        }
    }

    @Test
    void a_text_that_no_code_can_hold_has_none() {
        Page page = browser.open(replica.http("/rooms/blank/messages"));
        assertThat(page.evaluate(CODE, new Object[] { "a".repeat(2332), null })).isNull();
    }

    @ParameterizedTest
    @CsvSource({ "LIGHT, NONE", "DARK, NONE", "DARK, ACTIVE" })
    void the_code_of_a_room_leads_to_it_without_the_token(ColorScheme scheme, ForcedColors forced)
            throws IOException, ReaderException {
        String path = "/rooms/%E6%88%BF%E9%97%B4%201?ns=%2Fchat";
        Replica strict = SharedReplicas.strict();
        try (BrowserContext person = browser
                .person(new NewContextOptions().setColorScheme(scheme).setForcedColors(forced));
                RoomPage ann = RoomPage.enter(person,
                        strict.http(path + "#access_token=" + Tokens.of("ann", "/chat *:admin")))) {
            ann.locator("#share-button").click();
            assertThat(ann.locator("#share-address")).hasText(strict.http(path));
            assertThat(decoded(ann.locator("#share-code").screenshot())).isEqualTo(strict.http(path));
            ann.page().keyboard().press("Escape");
            assertThat(ann.locator("#share")).isHidden();
            assertThat(ann.locator("#share-button")).isFocused();
            ann.isSound();
        }
    }

    @Test
    void the_address_is_copied() {
        BrowserContext person = browser
                .person(new NewContextOptions().setPermissions(List.of("clipboard-read", "clipboard-write")));
        try (RoomPage ann = RoomPage.enter(person, replica.http("/rooms/copied"))) {
            ann.locator("#share-button").click();
            ann.locator("#share-copy").click();
            assertThat(ann.locator("#share-copied")).hasText("Copied");
            assertThat(ann.page().evaluate("navigator.clipboard.readText()")).isEqualTo(replica.http("/rooms/copied"));
            ann.isSound();
        }
    }

    private static String encoded(String text, Map<EncodeHintType, ?> hints) throws WriterException {
        ByteMatrix matrix = Encoder.encode(text, ErrorCorrectionLevel.M, hints).getMatrix();
        StringBuilder rows = new StringBuilder();
        for (int y = 0; y < matrix.getHeight(); y++) {
            rows.append(y == 0 ? "" : "\n");
            for (int x = 0; x < matrix.getWidth(); x++) {
                rows.append(matrix.get(x, y));
            }
        }
        return rows.toString();
    }

    private static String decoded(byte[] png) throws IOException, ReaderException {
        BufferedImage image = ImageIO.read(new ByteArrayInputStream(png));
        int[] pixels = image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
        RGBLuminanceSource source = new RGBLuminanceSource(image.getWidth(), image.getHeight(), pixels);
        return new QRCodeReader().decode(new BinaryBitmap(new HybridBinarizer(source))).getText();
    }
}
