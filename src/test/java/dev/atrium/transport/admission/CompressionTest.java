package dev.atrium.transport.admission;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which clients are sent compressed bodies. */
class CompressionTest {

    @ParameterizedTest
    @CsvSource(nullValues = "none", delimiter = '|', value = {
            "none                        | false",
            "''                          | false",
            "gzip                        | true",
            "x-gzip                      | true",
            "deflate, GZIP;q=0.5, br     | true",
            "br, deflate                 | false",
            "*                           | true",
            "gzip;q=0, *                 | false",
            "gzip; q=0.000               | false",
            "*;q=0                       | false",
            "*;q=0, gzip                 | true",
            "identity                    | false",
            ";                           | false",
            "; ;, gzip                   | true",
    })
    void gzip_is_sent_to_clients_that_accept_it(String accepted, boolean sent) {
        assertThat(Compression.accepts(accepted)).isEqualTo(sent);
    }
}
