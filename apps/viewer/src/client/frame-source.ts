/** Pictures are taken no larger than this: networks take smaller ones. */
const LONGEST_SIDE = 480;

/** Where live pictures come from: a camera, or a video file. */
export interface FrameSource {
  readonly video: HTMLVideoElement;
  /** What is in the picture now; null before there is one. */
  grab(): ImageData | null;
  /** Lets go of the camera or the file. */
  stop(): void;
}

/** @throws Error with a sentence for people, where there is no camera or it may not be used */
export async function openCamera(): Promise<FrameSource> {
  let stream: MediaStream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } });
  } catch (cause) {
    const isRefused = cause instanceof DOMException && cause.name === 'NotAllowedError';
    throw new Error(
      isRefused
        ? 'The browser does not let this page use the camera. Allow it beside the address, or choose a video file.'
        : 'No camera was found. Connect one, or choose a video file.',
      { cause },
    );
  }
  const video = makeVideo();
  video.srcObject = stream;
  return playing(video, () => {
    for (const track of stream.getTracks()) track.stop();
  });
}

/** @throws Error with a sentence for people, where the browser cannot play the file */
export async function openVideo(file: File): Promise<FrameSource> {
  const video = makeVideo();
  const address = URL.createObjectURL(file);
  video.src = address;
  video.loop = true;
  try {
    return await playing(video, () => {
      URL.revokeObjectURL(address);
    });
  } catch (cause) {
    URL.revokeObjectURL(address);
    throw new Error(`${file.name} is no video that this browser can play; convert it to WebM or MP4.`, {
      cause,
    });
  }
}

function makeVideo(): HTMLVideoElement {
  const video = document.createElement('video');
  video.muted = true;
  video.playsInline = true;
  return video;
}

async function playing(video: HTMLVideoElement, release: () => void): Promise<FrameSource> {
  await video.play();
  const canvas = new OffscreenCanvas(1, 1);
  return {
    video,
    grab: () => {
      const { videoWidth, videoHeight } = video;
      if (videoWidth === 0) return null;
      const scale = Math.min(1, LONGEST_SIDE / Math.max(videoWidth, videoHeight));
      canvas.width = Math.round(videoWidth * scale);
      canvas.height = Math.round(videoHeight * scale);
      const context = canvas.getContext('2d', { willReadFrequently: true });
      context?.drawImage(video, 0, 0, canvas.width, canvas.height);
      return context?.getImageData(0, 0, canvas.width, canvas.height) ?? null;
    },
    stop: () => {
      video.pause();
      release();
    },
  };
}
