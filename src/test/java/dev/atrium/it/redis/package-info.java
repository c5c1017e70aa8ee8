/** Several replicas with one Redis, and Redis when it fails. */
package dev.atrium.it.redis;
