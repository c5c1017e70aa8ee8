/** Manifests for Kubernetes: consistent with the server, accepted by it, and their alerts fire. */
package dev.atrium.it.kubernetes;
