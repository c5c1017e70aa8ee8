package dev.atrium.application;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/**
 * Acknowledgements of an {@link Broadcast#emitWithAck}.
 *
 * @param values one for each client that acknowledged
 * @param complete whether all clients, on all replicas, acknowledged in time
 */
public record Acks(List<JsonNode> values, boolean complete) {
}
