package dev.atrium.transport.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.CodecException;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.extensions.WebSocketServerExtension;
import io.vertx.core.http.HttpServerRequest;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which offers of compression are agreed to, how, and what a small frame may inflate to. */
class PerMessageDeflateTest {

    private static final int MAX_MESSAGE = 10_000;

    private final PerMessageDeflate deflate = new PerMessageDeflate(MAX_MESSAGE);

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "permessage-deflate                                              | permessage-deflate",
            "permessage-deflate; client_max_window_bits                      | permessage-deflate",
            "permessage-deflate; server_no_context_takeover                  | permessage-deflate; server_no_context_takeover",
            "permessage-deflate; unknown, permessage-deflate; client_no_context_takeover | permessage-deflate",
            "permessage-deflate; server_max_window_bits=99, permessage-deflate | permessage-deflate",
            "x-webkit-deflate-frame, permessage-deflate                      | permessage-deflate",
    })
    void the_first_offer_that_can_be_met_is_agreed_to(String offers, String answer) {
        assertThat(PerMessageDeflate.headers(deflate.negotiate(request(offers))))
                .isEqualTo(Map.of("sec-websocket-extensions", List.of(answer)));
    }

    @ParameterizedTest
    @ValueSource(strings = { "", "x-webkit-deflate-frame", "permessage-deflate; unknown",
            "permessage-deflate; server_max_window_bits=99" })
    void an_offer_that_cannot_be_met_is_ignored(String offers) {
        assertThat(deflate.negotiate(request(offers))).isNull();
    }

    @Test
    void without_an_offer_there_is_no_compression_and_no_header() {
        assertThat(deflate.negotiate(request(null))).isNull();
        assertThat(PerMessageDeflate.headers(null)).isEmpty();
    }

    @Test
    void a_message_may_inflate_to_the_limit() {
        assertThat(inflated("x".repeat(MAX_MESSAGE))).isEqualTo("x".repeat(MAX_MESSAGE));
    }

    @Test
    void a_small_frame_that_inflates_to_more_than_a_message_is_refused() {
        assertThatThrownBy(() -> inflated("x".repeat(100 * MAX_MESSAGE))).isInstanceOf(CodecException.class);
    }

    @Test
    void settings_without_compression_negotiate_none() {
        SizeLimits limits = SizeLimits.ofMessage(7);
        assertThat(SocketSettings.of(null, limits, Subprotocols.of(), false).deflate()).isNull();
        assertThat(SocketSettings.of(null, limits, Subprotocols.of(), true).deflate()).isNotNull();
        assertThat(SocketSettings.of(null, limits, Subprotocols.of(), true).limits()).isEqualTo(limits);
    }

    private String inflated(String text) {
        WebSocketServerExtension extension = deflate.negotiate(request("permessage-deflate"));
        EmbeddedChannel sender = new EmbeddedChannel(extension.newExtensionEncoder());
        EmbeddedChannel receiver = new EmbeddedChannel(extension.newExtensionDecoder());
        sender.writeOutbound(new TextWebSocketFrame(text));
        TextWebSocketFrame small = sender.readOutbound();
        assertThat(small.content().readableBytes()).isLessThan(text.length() / 50);
        receiver.writeInbound(small);
        TextWebSocketFrame received = receiver.readInbound();
        try {
            return received.text();
        } finally {
            received.release();
            sender.finishAndReleaseAll();
            receiver.finishAndReleaseAll();
        }
    }

    private static HttpServerRequest request(String offers) {
        return (HttpServerRequest) Proxy.newProxyInstance(PerMessageDeflateTest.class.getClassLoader(),
                new Class<?>[] { HttpServerRequest.class },
                (proxy, method, arguments) -> {
                    assertThat(method.getName()).isEqualTo("getHeader");
                    return arguments[0].toString().equals("sec-websocket-extensions") ? offers : null;
                });
    }
}
