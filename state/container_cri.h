/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the sockets of containerd and CRI-O say of a container: answers of the Container Runtime
 * Interface (kubernetes/cri-api, pkg/apis/runtime/v1/api.proto; v1alpha2 has the same numbers) and
 * of containerd's own services (containerd, api/services/{containers,images}/v1), as bytes of
 * protocol buffers. No I/O.
 *
 * Each adds to what is known already, as the functions of container_info.h do: 0, -EBADMSG, -E2BIG,
 * -ENOMEM, or -ENOENT when the container is not in the answer.
 */
#ifndef STATE_CONTAINER_CRI_H
#define STATE_CONTAINER_CRI_H

#include "container_info.h"

/* ListContainersResponse; id: all digits. */
int container_cri_container(struct container_info *info, const uint8_t *bytes, size_t len,
			    const char *id);
/* ListPodSandboxResponse: the sandbox of that id, which the container is itself. */
int container_cri_sandbox(struct container_info *info, const uint8_t *bytes, size_t len,
			  const char *id);
/* The ids in either list; not ended by NULs. */
int container_cri_ids(const uint8_t *bytes, size_t len,
		      void (*fn)(void *ctx, const char *id, size_t len), void *ctx);
/* PodSandboxStatusResponse: the pod that it is in. */
int container_cri_pod(struct container_info *info, const uint8_t *bytes, size_t len);
/* ImageStatusResponse: the digest of its image, and the name when only its id is known. */
int container_cri_image(struct container_info *info, const uint8_t *bytes, size_t len);

/* containerd's GetContainerResponse (labels not of a sandbox) and GetImageResponse. */
int container_native(struct container_info *info, const uint8_t *bytes, size_t len);
int container_native_image(struct container_info *info, const uint8_t *bytes, size_t len);

#endif
