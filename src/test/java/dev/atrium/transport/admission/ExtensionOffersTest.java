package dev.atrium.transport.admission;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which offers of extensions a handshake keeps. */
class ExtensionOffersTest {

    private static final String NAME = "Sec-WebSocket-Extensions";

    /** @param lines separated by bars */
    @ParameterizedTest
    @CsvSource(value = {
            "permessage-deflate; client_max_window_bits, permessage-deflate; client_max_window_bits",
            "permessage-deflate; server_max_window_bits=8; client_max_window_bits=\"10\", "
                    + "permessage-deflate; server_max_window_bits=8; client_max_window_bits=\"10\"",
            "permessage-deflate; client_max_window_bits=x, ''",
            "permessage-deflate; client_max_window_bits=x|x-other, x-other",
            "';, ,;;,permessage-deflate', permessage-deflate",
            ";, ''", "',', ''", "'', ''",
            "x-one|permessage-deflate, 'x-one, permessage-deflate'" })
    void those_that_netty_can_read_are_left_in_one_line(String lines, String kept) {
        HttpHeaders headers = new DefaultHttpHeaders();
        for (String line : lines.split("\\|", -1)) {
            headers.add(NAME, line);
        }
        ExtensionOffers.keepReadable(headers);
        assertThat(headers.getAll(NAME)).containsExactly(kept);
    }

    @Test
    void a_request_without_offers_has_none() {
        HttpHeaders headers = new DefaultHttpHeaders();
        ExtensionOffers.keepReadable(headers);
        assertThat(headers.contains(NAME)).isFalse();
    }
}
