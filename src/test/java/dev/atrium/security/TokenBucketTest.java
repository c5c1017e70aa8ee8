package dev.atrium.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Rates and bursts of messages and bytes. */
class TokenBucketTest {

    @Test
    void a_burst_of_messages_is_five_times_the_rate() {
        TokenBucket tokens = new TokenBucket(1, 0);
        for (int i = 0; i < 5; i++) {
            assertThat(tokens.take(1_000_000)).isNull();
        }
        assertThat(tokens.take(0)).isEqualTo(Limit.MESSAGES);
    }

    @Test
    void a_burst_of_bytes_is_five_times_the_rate() {
        TokenBucket tokens = new TokenBucket(0, 1);
        assertThat(tokens.take(4)).isNull();
        assertThat(tokens.take(1)).isNull();
        assertThat(tokens.take(1)).isEqualTo(Limit.BYTES);
        assertThat(tokens.take(0)).isNull();
    }

    @Test
    void a_message_larger_than_the_bucket_is_rejected_and_not_charged() {
        TokenBucket tokens = new TokenBucket(0, 2);
        assertThat(tokens.takeBytes(11)).isEqualTo(Limit.BYTES);
        assertThat(tokens.takeBytes(10)).isNull();
    }

    @Test
    void zero_is_no_limit() {
        TokenBucket tokens = new TokenBucket(0, 0);
        assertThat(tokens.take(Integer.MAX_VALUE, Long.MAX_VALUE)).isNull();
        assertThat(tokens.take(Integer.MAX_VALUE, Long.MAX_VALUE)).isNull();
    }

    /** A bucket has no more than one token a nanosecond. */
    @Test
    void the_highest_rates_that_the_settings_allow_are_rates() {
        TokenBucket tokens = new ClientLimits(
                SecuritySettings.of("limits.messages", "1000000000", "limits.bytes", "1000000000"))
                .newTokenBucket();
        assertThat(tokens.take(5_000, 4_000_000_000L)).isNull();
        assertThat(tokens.take(Long.MAX_VALUE)).isEqualTo(Limit.BYTES);
    }

    @Test
    void several_messages_are_charged_together_or_not_at_all() {
        TokenBucket tokens = new TokenBucket(1, 0);
        assertThat(tokens.take(4, 0)).isNull();
        assertThat(tokens.take(2, 0)).isEqualTo(Limit.MESSAGES);
        assertThat(tokens.take(1, 0)).isNull();
    }

    @Test
    void zero_messages_are_charged_their_bytes_only() {
        TokenBucket tokens = new TokenBucket(1, 1);
        assertThat(tokens.take(0, 5)).isNull();
        assertThat(tokens.take(5, 0)).isNull();
        assertThat(tokens.take(0, 1)).isEqualTo(Limit.BYTES);
    }

    @Test
    void bytes_of_a_rejected_message_are_not_charged() {
        TokenBucket tokens = new TokenBucket(1, 1);
        assertThat(tokens.take(6, 5)).isEqualTo(Limit.MESSAGES);
        assertThat(tokens.takeBytes(5)).isNull();
    }

    @Test
    void an_empty_bucket_is_refilled_at_its_rate() {
        TokenBucket tokens = new TokenBucket(10, 0);
        assertThat(tokens.take(50, 0)).isNull();
        long start = System.nanoTime();
        await().pollInterval(Duration.ofMillis(5)).until(() -> tokens.take(3, 0) == null);
        assertThat(System.nanoTime() - start).isGreaterThan(Duration.ofMillis(200).toNanos());
    }

    @Test
    void a_client_is_abusive_after_a_hundred_rejected_messages() {
        TokenBucket tokens = new TokenBucket(1, 1);
        for (int i = 0; i < 100; i++) {
            assertThat(tokens.countRejection()).isFalse();
        }
        boolean abused = false;
        for (int i = 0; i < 20; i++) {
            abused |= tokens.countRejection();
        }
        assertThat(abused).isTrue();
    }
}
