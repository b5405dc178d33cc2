#!/bin/sh
# Runs a program of the bench from the folder this file lies in, with nothing installed but a Vulkan driver.
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd) || exit 1

# The system's Vulkan loader where there is one; it knows the system's drivers best.
has_loader=
for folder in /usr/lib/x86_64-linux-gnu /lib/x86_64-linux-gnu /usr/lib64 /lib64 /usr/lib /usr/local/lib; do
  if [ -e "$folder/libvulkan.so.1" ]; then has_loader=yes; fi
done
if [ -z "$has_loader" ]; then
  LD_LIBRARY_PATH="${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}$here/lib/vulkan"
  export LD_LIBRARY_PATH
fi

# Drivers that lie where the loader does not look: containers with a mounted driver, NixOS.
if [ -z "$VK_DRIVER_FILES$VK_ICD_FILENAMES" ]; then
  for manifest in /usr/local/nvidia/share/vulkan/icd.d/*.json /run/opengl-driver/share/vulkan/icd.d/*.json; do
    if [ -e "$manifest" ]; then extra="${extra:+$extra:}$manifest"; fi
  done
  usual=$(ls /etc/vulkan/icd.d/*.json /usr/share/vulkan/icd.d/*.json /usr/local/share/vulkan/icd.d/*.json 2>/dev/null)
  if [ -n "$extra" ] && [ -z "$usual" ]; then
    VK_DRIVER_FILES=$extra
    export VK_DRIVER_FILES
  fi
fi

ABLATION_CAM_COMMIT=@COMMIT@
ABLATION_CAM_WASM=$here/lib/wasm/
ABLATION_CAM_PACKED=yes
export ABLATION_CAM_COMMIT ABLATION_CAM_WASM ABLATION_CAM_PACKED
exec "$here/lib/node" "$here/lib/@ENTRY@" "$@"
