package dev.atrium.application;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/**
 * What the clients that were asked have acknowledged.
 *
 * @param values one for each that did
 * @param complete whether all of them did in time, on all replicas
 */
public record Acks(List<JsonNode> values, boolean complete) {
}
